import { redirect } from "react-router";
import { notFound } from "#app/http.ts";
import { categoryPath, newThreadPath } from "#app/paths.ts";
import { categoryPage } from "#app/public-pages.ts";
import { takePage } from "#app/request/list-query.server.ts";
import { readPublic } from "#app/request/public.server.ts";
import { Count } from "#app/ui/count.tsx";
import { PageHead } from "#app/ui/page-head.tsx";
import { Pages, SortLinks, ThreadList } from "#app/ui/thread-list.tsx";
import { rich, useWords } from "#app/ui/words.ts";
import type { Route } from "./+types/show";

export async function loader({ context, params, url }: Route.LoaderArgs) {
  const query = categoryPage.at(params, url.searchParams);
  const category = await readPublic(context, query);
  if (!category) throw notFound("missing.category");
  // A slug that it had.
  if (category.slug !== params.category) throw redirect(`${categoryPath(category.slug)}${url.search}`, 301);
  const { sort, after } = query.asked;
  return {
    category: { ...category, ...takePage(category.threads, sort) },
    sort,
    isFirst: !after,
  };
}

export default function Category({ loaderData }: Route.ComponentProps) {
  const words = useWords();
  const { t } = words;
  const { category, sort, isFirst } = loaderData;
  const about = category.description || t("category.about", { name: category.name });
  const path = categoryPath(category.slug);
  const newThread = newThreadPath(category.slug);
  return (
    <>
      <PageHead title={category.name} description={about} />
      <header className="page-head">
        <h1>{category.name}</h1>
        {category.description && <p>{category.description}</p>}
        <p className="quiet">
          <Count value={category.threadCount} of="threads" /> ·{" "}
          <Count value={category.replyCount} of="replies" />
        </p>
      </header>
      <div className="list-head">
        <SortLinks path={path} sort={sort} />
        <a className="button" href={newThread}>
          {t("category.start")}
        </a>
      </div>
      <h2 className="visually-hidden">{t("list.threads")}</h2>
      <ThreadList
        threads={category.threads}
        empty={rich(words, "category.empty", { start: (text) => <a href={newThread}>{text}</a> })}
      />
      <Pages path={path} sort={sort} isFirst={isFirst} next={category.next} />
    </>
  );
}
