import { Link } from "react-router";
import { homePart } from "#app/db/parts.server.ts";
import { homePath, newThreadPath } from "#app/paths.ts";
import { siteContext } from "#app/request/context.server.ts";
import { readListQuery, takePage } from "#app/request/list-query.server.ts";
import { readPart } from "#app/request/parts.server.ts";
import { CategoryList } from "#app/ui/category-list.tsx";
import { Pages, SortLinks, ThreadList } from "#app/ui/thread-list.tsx";
import type { Route } from "./+types/home";

export async function loader({ context, url }: Route.LoaderArgs) {
  const query = readListQuery(url);
  const { categories, threads } = await readPart(context, homePart(query));
  return {
    siteName: context.get(siteContext).name,
    sort: query.sort,
    isFirst: !query.after,
    categories,
    ...takePage(threads, query.sort),
  };
}

export const meta: Route.MetaFunction = ({ loaderData }) => [
  { title: loaderData?.siteName },
  { name: "description", content: `Threads and categories of ${loaderData?.siteName}.` },
];

export default function Home({ loaderData }: Route.ComponentProps) {
  const { siteName, categories, threads, sort, isFirst, next } = loaderData;
  return (
    <>
      <h1 className="visually-hidden">{siteName}</h1>
      <div className="home">
        <section aria-labelledby="threads">
          <div className="list-head">
            <h2 id="threads">Threads</h2>
            <a className="button quiet to-categories" href="#categories">
              Categories
            </a>
            <SortLinks path={homePath()} sort={sort} />
          </div>
          <ThreadList threads={threads} isCategoryShown empty={<EmptyForum />} />
          <Pages path={homePath()} sort={sort} isFirst={isFirst} next={next} />
        </section>
        <section aria-labelledby="categories">
          <h2 id="categories">Categories</h2>
          <CategoryList categories={categories} />
        </section>
      </div>
    </>
  );
}

function EmptyForum() {
  return (
    <>
      Nothing has been written yet. <Link to={newThreadPath()}>Start the first thread.</Link>
    </>
  );
}
