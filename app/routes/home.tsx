import { useRouteLoaderData } from "react-router";
import type { Viewer } from "#app/domain/viewer.ts";
import { homePath, listPath, newThreadPath } from "#app/paths.ts";
import { homePage } from "#app/public-pages.ts";
import { siteContext } from "#app/request/context.server.ts";
import { canonicalListPath, takePage } from "#app/request/list-query.server.ts";
import { readPublic } from "#app/request/public.server.ts";
import { listTitle } from "#app/ui/list-title.ts";
import { PageHead } from "#app/ui/page-head.tsx";
import { Empty, ListPages, SortLinks, ThreadList } from "#app/ui/thread-list.tsx";
import { rich, useWords } from "#app/ui/words.ts";
import type { Route } from "./+types/home";

export async function loader({ context, url }: Route.LoaderArgs) {
  const query = homePage.at({}, url.searchParams);
  const { sort, after } = query.asked;
  const { categories, threads } = (await readPublic(context, query)) ?? { categories: [], threads: [] };
  return {
    sidebar: { categories },
    site: context.get(siteContext).face,
    path: canonicalListPath(homePath(), query.asked),
    sort,
    from: after?.key ?? null,
    ...takePage(threads, sort),
  };
}

export default function Home({ loaderData }: Route.ComponentProps) {
  const words = useWords();
  const { t } = words;
  const { site, path, sidebar, threads, sort, from, next } = loaderData;
  const hasCategory = sidebar.categories.length > 0;
  return (
    <>
      <PageHead
        title={listTitle(words, t("list.threads"), sort, from) ?? undefined}
        description={site.description || t("home.description", { site: site.name })}
        shared={{ path, type: "website" }}
      />
      <h1 className="visually-hidden">{site.name}</h1>
      <div className="list-head">
        <SortLinks path={homePath()} sort={sort} />
      </div>
      <h2 className="visually-hidden">{t("list.threads")}</h2>
      <ThreadList
        threads={threads}
        sort={sort}
        isCategoryShown
        empty={<EmptyForum hasCategory={hasCategory} />}
      />
      <ListPages
        first={from === null ? null : listPath(homePath(), sort)}
        next={next && listPath(homePath(), sort, next)}
      />
    </>
  );
}

const ADD_CATEGORY = "npm run forum -- category add general General";

function EmptyForum({ hasCategory }: { hasCategory: boolean }) {
  const words = useWords();
  const root = useRouteLoaderData<{ viewer: Viewer | null }>("root");
  if (hasCategory)
    return <Empty says={words.t("home.empty")} action={words.t("site.newThread")} href={newThreadPath()} />;
  if (root?.viewer?.role !== "admin") return <Empty says={words.t("home.settingUp")} />;
  return <Empty says={rich(words, "home.noCategory", { command: <code>{ADD_CATEGORY}</code> })} />;
}
