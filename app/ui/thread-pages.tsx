import type { ReactNode } from "react";
import { pageOfReply } from "#app/domain/paging.ts";
import { threadPath } from "#app/paths.ts";
import { rich, useWords } from "./words.ts";

type Props = {
  thread: { number: number; title: string; lastNumber: number };
  page: number;
  /** What assistive technology calls it: two on one page need two names. */
  label: string;
};

/** The way through a thread's pages, in one row: a step back and on, where one is, and the first and the last. */
export function ThreadPages({ thread, page, label }: Props) {
  const words = useWords();
  const { t } = words;
  const last = pageOfReply(thread.lastNumber);
  if (last === 1) return null;
  const to = (number: number) => threadPath(thread, number);
  return (
    <nav className="pager" aria-label={label}>
      <p className="pager-steps">
        {page > 2 && <Step href={to(1)} sign="«" name={hidden(t("pages.first"))} />}
        {page > 1 && <Step href={to(page - 1)} rel="prev" sign="‹" name={t("pages.previous")} />}
      </p>
      <p>{rich(words, "pages.place", { hidden, page, last })}</p>
      <p className="pager-steps">
        {page < last && <Step href={to(page + 1)} rel="next" name={t("pages.next")} sign="›" isForward />}
        {page < last - 1 && <Step href={to(last)} name={hidden(t("pages.last"))} sign="»" isForward />}
      </p>
    </nav>
  );
}

type StepProps = { href: string; rel?: string; sign: string; name: ReactNode; isForward?: boolean };

/** A link with a sign that points where it leads: where lines run from right to left, Unicode mirrors it. */
function Step({ href, rel, sign, name, isForward = false }: StepProps) {
  const arrow = <span aria-hidden="true">{sign}</span>;
  return (
    <a className="button" href={href} rel={rel}>
      {!isForward && arrow}
      <span className="word">{name}</span>
      {isForward && arrow}
    </a>
  );
}

function hidden(text: ReactNode): ReactNode {
  return <span className="visually-hidden">{text}</span>;
}
