import { pageOfReply } from "#app/domain/paging.ts";
import { threadPath } from "#app/paths.ts";
import { useWords } from "./words.ts";

type Props = {
  thread: { number: number; title: string; lastNumber: number };
  page: number;
  /** What assistive technology calls it: two on one page need two names. */
  label: string;
};

/** The numbered pages of a thread: the first, the last, and those around this one. */
export function ThreadPages({ thread, page, label }: Props) {
  const { t } = useWords();
  const last = pageOfReply(thread.lastNumber);
  if (last === 1) return null;
  return (
    <nav className="pages" aria-label={label}>
      {page > 1 && (
        <a className="button" href={threadPath(thread, page - 1)} rel="prev">
          {t("pages.previous")}
        </a>
      )}
      <ul>
        {nearbyPages(page, last).map((number, at, all) => (
          <li key={number} data-gap={at > 0 && number - (all[at - 1] ?? 0) > 1 ? true : undefined}>
            <a
              href={threadPath(thread, number)}
              aria-label={t("pages.number", { number })}
              aria-current={number === page ? "page" : undefined}
            >
              {number}
            </a>
          </li>
        ))}
      </ul>
      {page < last && (
        <a className="button" href={threadPath(thread, page + 1)} rel="next">
          {t("pages.next")}
        </a>
      )}
    </nav>
  );
}

function nearbyPages(page: number, last: number): number[] {
  const wanted = new Set([1, page - 1, page, page + 1, last]);
  return [...wanted].filter((number) => number >= 1 && number <= last).sort((a, b) => a - b);
}
