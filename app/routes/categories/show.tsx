import { notFound } from "#app/http.ts";
import { categoryPath, newThreadPath } from "#app/paths.ts";
import { categoryPage } from "#app/public-pages.ts";
import { siteContext } from "#app/request/context.server.ts";
import { takePage } from "#app/request/list-query.server.ts";
import { readPublic } from "#app/request/public.server.ts";
import { Count } from "#app/ui/count.tsx";
import { Pages, SortLinks, ThreadList } from "#app/ui/thread-list.tsx";
import type { Route } from "./+types/show";

export async function loader({ context, params, url }: Route.LoaderArgs) {
  const query = categoryPage.at(params, url.searchParams);
  const category = await readPublic(context, query);
  if (!category) throw notFound("There is no such category.");
  const { sort, after } = query.asked;
  return {
    siteName: context.get(siteContext).name,
    category: { ...category, ...takePage(category.threads, sort) },
    sort,
    isFirst: !after,
  };
}

export const meta: Route.MetaFunction = ({ loaderData }) => {
  if (!loaderData) return [];
  const { category, siteName } = loaderData;
  return [
    { title: `${category.name} · ${siteName}` },
    { name: "description", content: category.description || `Threads about ${category.name}.` },
  ];
};

export default function Category({ loaderData }: Route.ComponentProps) {
  const { category, sort, isFirst } = loaderData;
  const path = categoryPath(category.slug);
  const newThread = newThreadPath(category.slug);
  return (
    <>
      <header className="page-head">
        <h1>{category.name}</h1>
        {category.description && <p>{category.description}</p>}
        <p className="quiet">
          <Count value={category.threadCount} one="thread" many="threads" /> ·{" "}
          <Count value={category.replyCount} one="reply" many="replies" />
        </p>
      </header>
      <div className="list-head">
        <SortLinks path={path} sort={sort} />
        <a className="button" href={newThread}>
          Start one here
        </a>
      </div>
      <h2 className="visually-hidden">Threads</h2>
      <ThreadList
        threads={category.threads}
        empty={
          <>
            No threads here yet. <a href={newThread}>Start the first one.</a>
          </>
        }
      />
      <Pages path={path} sort={sort} isFirst={isFirst} next={category.next} />
    </>
  );
}
