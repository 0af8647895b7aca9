import type { TestMember } from "#test/people.ts";
import type { Site } from "#test/site.ts";
import { dataTwin, readAnswer } from "./answer.ts";

type Written = { author: TestMember; category: string; thread: number; reply: number; slug: string };

/** Every path at which what somebody wrote could be shown, its search by the words of the slug included. */
export function everywhere({ author, category, thread, reply, slug }: Written): string[] {
  return [
    "/",
    "/?sort=new",
    `/c/${category}`,
    `/c/${category}/feed.xml`,
    "/feed.xml",
    "/sitemap.xml",
    `/t/${thread}/feed.xml`,
    `/u/${author.handle}`,
    `/u/${author.handle}?show=replies`,
    `/t/${thread}/${slug}`,
    `/t/${thread}/replies/new`,
    `/t/${thread}/replies/new?to=${reply}&quote=true`,
    `/t/${thread}/replies/${reply}/edit`,
    `/search?q=${slug.split("-").at(-1)}`,
  ];
}

/** Who is shown `text` at which of these paths, by page and by `.data`: "nobody" is somebody who is signed out. */
export async function whereFound(
  site: Site,
  { paths, text, people }: { paths: string[]; text: string; people: Record<string, TestMember | null> },
): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths)
    for (const each of [path, dataTwin(path)])
      for (const [who, as] of Object.entries(people)) {
        const answer = await readAnswer(await site.fetch(each, { as }));
        if (answer.text.includes(text)) found.push(`${who} at ${each}`);
      }
  return found;
}
