import { useRouteLoaderData } from "react-router";
import type { Viewer } from "#app/domain/viewer.ts";
import type { HomePage } from "#app/domain/views.ts";
import { homePath, newThreadPath } from "#app/paths.ts";
import { homePage } from "#app/public-pages.ts";
import { siteContext } from "#app/request/context.server.ts";
import { takePage } from "#app/request/list-query.server.ts";
import { readPublic } from "#app/request/public.server.ts";
import { CategoryList } from "#app/ui/category-list.tsx";
import { PageHead } from "#app/ui/page-head.tsx";
import { Pages, SortLinks, ThreadList } from "#app/ui/thread-list.tsx";
import { rich, useWords } from "#app/ui/words.ts";
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

export default function Home({ loaderData }: Route.ComponentProps) {
  const { t } = useWords();
  const { siteName, categories, threads, sort, isFirst, next } = loaderData;
  return (
    <>
      <PageHead description={t("home.description", { site: siteName })} />
      <h1 className="visually-hidden">{siteName}</h1>
      <div className="home">
        <section aria-labelledby="threads">
          <div className="list-head">
            <h2 id="threads">{t("list.threads")}</h2>
            <a className="button quiet to-categories" href="#categories">
              {t("list.categories")}
            </a>
            <SortLinks path={homePath()} sort={sort} />
          </div>
          <ThreadList threads={threads} isCategoryShown empty={<EmptyForum categories={categories} />} />
          <Pages path={homePath()} sort={sort} isFirst={isFirst} next={next} />
        </section>
        <section aria-labelledby="categories">
          <h2 id="categories">{t("list.categories")}</h2>
          <CategoryList categories={categories} />
        </section>
      </div>
    </>
  );
}

const ADD_CATEGORY = "npm run forum -- category add general General";

function EmptyForum({ categories }: Pick<HomePage, "categories">) {
  const words = useWords();
  const root = useRouteLoaderData<{ viewer: Viewer | null }>("root");
  if (categories.length > 0)
    return rich(words, "home.empty", { start: (text) => <a href={newThreadPath()}>{text}</a> });
  if (root?.viewer?.role !== "admin") return words.t("home.settingUp");
  return rich(words, "home.noCategory", { command: <code>{ADD_CATEGORY}</code> });
}
