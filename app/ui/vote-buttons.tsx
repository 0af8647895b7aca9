import type { FormEvent, ReactNode } from "react";
import { useFetcher } from "react-router";
import { scoreDelta, type VoteValue } from "#app/domain/vote.ts";
import type { Message } from "#app/messages/catalogue.ts";
import { voteAction } from "#app/paths.ts";
import { rich, useWords } from "./words.ts";

type Answer = { problem: null; score: number; value: VoteValue } | { problem: Message };

type Voted = { number: number; score: number; vote: VoteValue; mayVote: boolean };

/** On the server nothing is ever on its way, and a fetcher for each of twenty replies costs a dozen hooks each. */
const useVote = typeof document === "undefined" ? () => NOT_SENT : useFetcher<Answer>;
const NOT_SENT = { state: "idle", formData: undefined, data: undefined, submit: async () => {} } as const;

/** The score, between a button each way where the viewer may vote. Pressing the pressed one takes the vote back. */
export function VoteButtons({ thread, reply }: { thread: number; reply: Voted }) {
  const { say } = useWords();
  const fetcher = useVote();
  const { score, vote } = shownVote(reply, fetcher.formData, fetcher.data);
  const problem = fetcher.state === "idle" ? fetcher.data?.problem : null;
  if (!reply.mayVote)
    return (
      <p className="votes">
        <Score score={score} isAlone />
      </p>
    );
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    void fetcher.submit((event.nativeEvent as SubmitEvent).submitter as HTMLButtonElement);
  };
  return (
    <form method="post" action={voteAction(thread, reply.number)} onSubmit={onSubmit}>
      <p className="votes">
        <VoteButton name="up" value={1} vote={vote} />
        <Score score={score} />
        <VoteButton name="down" value={-1} vote={vote} />
      </p>
      {problem && (
        <span className="field-error" role="alert">
          {say(problem)}
        </span>
      )}
    </form>
  );
}

/** What was just pressed, before the answer has come; then the answer; else what the page was drawn with. */
function shownVote(reply: Voted, sent: FormData | undefined, answer: Answer | undefined) {
  const known = answer?.problem === null ? { score: answer.score, vote: answer.value } : reply;
  if (!sent) return known;
  const vote = Number(sent.get("value")) as VoteValue;
  return { score: known.score + scoreDelta(known.vote, vote), vote };
}

/** Between its buttons the number explains itself; alone it needs its word. */
function Score({ score, isAlone = false }: { score: number; isAlone?: boolean }) {
  const label = (text: ReactNode) => <span className={isAlone ? undefined : "visually-hidden"}>{text}</span>;
  return (
    <span className="score" data-score={score}>
      {rich(useWords(), "vote.score", { label, score })}
    </span>
  );
}

type ButtonProps = { name: "up" | "down"; value: 1 | -1; vote: VoteValue };

function VoteButton({ name, value, vote }: ButtonProps) {
  const { t } = useWords();
  const isPressed = vote === value;
  return (
    <button
      className="vote"
      type="submit"
      name="value"
      value={isPressed ? 0 : value}
      aria-label={t(`vote.${name}`)}
      aria-pressed={isPressed}
      title={t(isPressed ? "vote.takeBack" : `vote.${name}`)}
    >
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <path d={value === 1 ? "M8 3 14 12H2z" : "M8 13 2 4h12z"} fill="currentColor" />
      </svg>
    </button>
  );
}
