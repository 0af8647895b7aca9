import type { ReactNode } from "react";
import { useLocation, useMatches } from "react-router";
import type { SidebarView } from "#app/domain/views.ts";
import { categoryPath, homePath } from "#app/paths.ts";
import { useWords } from "./words.ts";

/**
 * What stands around the content of every page: its edges, and beside it the categories, where the page's loader answers
 * with a `sidebar` (SidebarView). A page without one has the same edges.
 */
export function Frame({ children }: { children: ReactNode }) {
  const sidebar = useSidebar();
  const { pathname } = useLocation();
  return (
    <div className="frame">
      {sidebar && <Sidebar key={pathname} pathname={pathname} {...sidebar} />}
      <main id="main">{children}</main>
    </div>
  );
}

/** What the page's loader says for the sidebar; null for a page that says nothing, and for an error. */
function useSidebar(): SidebarView | null {
  const loaded = useMatches().at(-1)?.loaderData as { sidebar?: SidebarView } | undefined;
  return loaded?.sidebar ?? null;
}

/** The categories: beside the content where there is room, and folded above it where there is none. */
function Sidebar({ categories, category, pathname }: SidebarView & { pathname: string }) {
  const { t } = useWords();
  const mark = (path: string, isAbove = false) =>
    path === pathname ? "page" : isAbove ? ("true" as const) : undefined;
  return (
    <nav className="sidebar" aria-label={t("list.categories")}>
      <details>
        <summary>{t("list.categories")}</summary>
        <ul>
          <li>
            <a href={homePath()} aria-current={mark(homePath())}>
              {t("list.allThreads")}
            </a>
          </li>
          {categories.map(({ slug, name, color, description }) => (
            <li key={slug} data-color={color}>
              <a
                className="category"
                href={categoryPath(slug)}
                aria-current={mark(categoryPath(slug), slug === category)}
              >
                {name}
              </a>
              {description && <p>{description}</p>}
            </li>
          ))}
        </ul>
      </details>
    </nav>
  );
}
