import { messageOf, type Refusal } from "#app/domain/permissions.ts";
import { homePath } from "#app/paths.ts";
import { TypedTexts } from "./kept-form.tsx";
import { useWords } from "./words.ts";

/**
 * What stands in place of a form that its viewer may not send: why, and what they sent before it was known (`typed`). A
 * suspended member reads the reason on top of every page, and here only in answer to what they sent.
 */
export function NoForm({ refusal, typed }: { refusal: Refusal; typed?: Record<string, string | undefined> }) {
  const { t, say } = useWords();
  return (
    <>
      {(refusal !== "suspended" || typed) && <p className="notice error">{say(messageOf(refusal))}</p>}
      {typed && <TypedTexts fields={Object.entries(typed)} />}
      <p>
        <a className="button" href={homePath()}>
          {t("error.home")}
        </a>
      </p>
    </>
  );
}
