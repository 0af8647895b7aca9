import { expect } from "vitest";
import type { Site, SiteRequest } from "#test/site.ts";
import { type Answer, readAnswer } from "./answer.ts";
import { attribute, elementsOf } from "./page.ts";

/** What stands on a page that is a copy, and on no other. */
export const COPY_NOTICE = "This is the page as it was";

/** Asks for a page, and checks of every copy that it says how old it is. */
export async function readPage(site: Site, path: string, request: SiteRequest = {}): Promise<Answer> {
  const sentAt = Date.now();
  const answer = await readAnswer(await site.fetch(path, request));
  const { text, headers } = answer;
  expect(headers.get("Warning")).toBeNull();
  if (text.includes(COPY_NOTICE)) {
    const age = Number(headers.get("Age") ?? Number.NaN);
    expect(age).toBeGreaterThanOrEqual(Math.floor((sentAt - copyMadeAt(answer)) / 1000));
    expect(age).toBeLessThanOrEqual((Date.now() - copyMadeAt(answer)) / 1000);
  }
  return answer;
}

/** When the copy that a page shows was made, as its notice says, in milliseconds since 1970. */
export function copyMadeAt({ text }: Answer): number {
  const notice = elementsOf(text.slice(text.indexOf(COPY_NOTICE)));
  const time = notice.find(({ tagName }) => tagName === "time");
  return Date.parse((time && attribute(time, "datetime")) ?? "");
}

/** Asks until each page is there as a copy: it is stored a moment after the page that it was made of was answered. */
export async function expectCopies(
  site: Site,
  paths: string[],
  request: SiteRequest = {},
): Promise<Answer[]> {
  const copies: Answer[] = [];
  for (const path of paths) {
    await expect
      .poll(async () => {
        const copy = await readPage(site, path, request);
        copies.push(copy);
        return { path, status: copy.status, isCopy: copy.text.includes(COPY_NOTICE) };
      })
      .toEqual({ path, status: 200, isCopy: true });
  }
  return copies.filter(({ status }) => status === 200);
}
