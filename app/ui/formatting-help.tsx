import type { ReactNode } from "react";
import { BODY_MAX } from "#app/domain/limits.ts";
import { useWords } from "./words.ts";

/** The Markdown that people ask for, with what becomes of it. A test holds each sample against the renderer. */
export function FormattingHelp() {
  const { t } = useWords();
  const [bold, italic, struck] = [t("help.bold"), t("help.italic"), t("help.struck")];
  const [code, quote, entry] = [t("help.code"), t("help.quote"), t("help.entry")];
  return (
    <details className="help">
      <summary>{t("help.title")}</summary>
      <p className="quiet">{t("help.intro", { max: BODY_MAX })}</p>
      <table>
        <thead>
          <tr>
            <th>{t("help.typed")}</th>
            <th>{t("help.shown")}</th>
          </tr>
        </thead>
        <tbody>
          <Sample typed={`**${bold}** *${italic}* ~~${struck}~~`}>
            <strong>{bold}</strong> <em>{italic}</em> <s>{struck}</s>
          </Sample>
          <Sample typed={`[${t("help.link")}](https://example.org)`}>
            <span className="sample-link">{t("help.link")}</span>
          </Sample>
          <Sample typed={`\`${code}\``}>
            <code>{code}</code>
          </Sample>
          <Sample typed={`\`\`\`\n${code}\n\`\`\``}>
            <pre>
              <code>{code}</code>
            </pre>
          </Sample>
          <Sample typed={`> ${quote}`}>
            <blockquote>{quote}</blockquote>
          </Sample>
          <Sample typed={`- ${entry}\n- ${entry}`}>
            <ul>
              <li>{entry}</li>
              <li>{entry}</li>
            </ul>
          </Sample>
          <Sample typed={`- [x] ${t("help.task")}`}>☑ {t("help.task")}</Sample>
          <Sample typed={`## ${t("help.heading")}`}>
            <strong>{t("help.heading")}</strong>
          </Sample>
        </tbody>
      </table>
    </details>
  );
}

function Sample({ typed, children }: { typed: string; children: ReactNode }) {
  return (
    <tr>
      <td>
        <code>{typed}</code>
      </td>
      <td>{children}</td>
    </tr>
  );
}
