import { useRouteLoaderData } from "react-router";
import type { Viewer } from "#app/domain/viewer.ts";
import type { HomePage } from "#app/domain/views.ts";
import { homePath, newThreadPath } from "#app/paths.ts";
import { homePage } from "#app/public-pages.ts";
import { siteContext } from "#app/request/context.server.ts";
import { takePage } from "#app/request/list-query.server.ts";
import { readPublic } from "#app/request/public.server.ts";
import { CategoryList } from "#app/ui/category-list.tsx";
import { Pages, SortLinks, ThreadList } from "#app/ui/thread-list.tsx";
import type { Route } from "./+types/home";

export async function loader({ context, url }: Route.LoaderArgs) {
  const query = homePage.at({}, url.searchParams);
  const { sort, after } = query.asked;
  const { categories, threads } = (await readPublic(context, query)) ?? { categories: [], threads: [] };
  return {
    siteName: context.get(siteContext).name,
    sort,
    isFirst: !after,
    categories,
    ...takePage(threads, sort),
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
          <ThreadList threads={threads} isCategoryShown empty={<EmptyForum categories={categories} />} />
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

function EmptyForum({ categories }: Pick<HomePage, "categories">) {
  const root = useRouteLoaderData<{ viewer: Viewer | null }>("root");
  if (categories.length > 0)
    return (
      <>
        Nothing has been written yet. <a href={newThreadPath()}>Start the first thread.</a>
      </>
    );
  if (root?.viewer?.role !== "admin") return "This forum is being set up: nothing can be written here yet.";
  return (
    <>
      A thread needs a category, and there is none yet. Add the first on the forum's command line:{" "}
      <code>npm run forum -- category add general General</code>
    </>
  );
}
