import { redirect } from "react-router";
import { notFound } from "#app/http.ts";
import { categoryPath, listPath, newThreadPath } from "#app/paths.ts";
import { categoryPage } from "#app/public-pages.ts";
import { canonicalListPath, takePage } from "#app/request/list-query.server.ts";
import { readPublic } from "#app/request/public.server.ts";
import { Count } from "#app/ui/count.tsx";
import { listTitle } from "#app/ui/list-title.ts";
import { PageHead } from "#app/ui/page-head.tsx";
import { Empty, ListPages, SortLinks, ThreadList } from "#app/ui/thread-list.tsx";
import { useWords } from "#app/ui/words.ts";
import type { Route } from "./+types/show";

export async function loader({ context, params, url }: Route.LoaderArgs) {
  const query = categoryPage.at(params, url.searchParams);
  const found = await readPublic(context, query);
  if (!found) throw notFound("missing.category");
  // A slug that it had.
  if (found.slug !== params.category) throw redirect(`${categoryPath(found.slug)}${url.search}`, 301);
  const { sort, after } = query.asked;
  const { categories, ...category } = found;
  return {
    sidebar: { categories, category: category.slug },
    category: { ...category, ...takePage(category.threads, sort) },
    canonical: canonicalListPath(categoryPath(category.slug), query.asked),
    sort,
    from: after?.key ?? null,
  };
}

export default function Category({ loaderData }: Route.ComponentProps) {
  const words = useWords();
  const { t } = words;
  const { category, canonical, sort, from } = loaderData;
  const { name, color, description, threads, next } = category;
  const path = categoryPath(category.slug);
  const start = { action: t("category.start", { category: name }), href: newThreadPath(category.slug) };
  return (
    <>
      <PageHead
        title={listTitle(words, name, sort, from) ?? name}
        description={description || t("category.about", { name })}
        shared={{ path: canonical, type: "website" }}
      />
      <header className="page-head edge" data-color={color}>
        <h1>{name}</h1>
        {description && <p>{description}</p>}
        <p className="quiet">
          <Count value={category.threadCount} of="threads" /> ·{" "}
          <Count value={category.replyCount} of="replies" />
        </p>
      </header>
      <div className="list-head">
        <SortLinks path={path} sort={sort} />
        {threads.length > 0 && (
          <a className="button" href={start.href}>
            {start.action}
          </a>
        )}
      </div>
      <h2 className="visually-hidden">{t("list.threads")}</h2>
      <ThreadList threads={threads} sort={sort} empty={<Empty says={t("category.empty")} {...start} />} />
      <ListPages
        first={from === null ? null : listPath(path, sort)}
        next={next && listPath(path, sort, next)}
      />
    </>
  );
}
