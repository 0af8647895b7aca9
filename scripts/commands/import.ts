import { type Command, InvalidArgumentError, Option } from "commander";
import { withForum } from "../database-url.ts";
import type { ImportReport } from "../discourse/import.ts";
import { INTERRUPTED, interruptible } from "../interruptible.ts";
import { forumPictures } from "../pictures-key.ts";
import { count, withProgress } from "../progress.ts";
import { reportVerification } from "./verify.ts";

type Options = { host?: string; category: Map<number, string> };

/** `import discourse FILE`. */
export function addImportCommands(program: Command): void {
  program
    .command("import")
    .description("Bring another forum's threads along.")
    .command("discourse")
    .description("Import topics of a Discourse forum.")
    .argument("<file>", "one topic a line, as /t/ID.json?include_raw=1 answers it; plain or packed with gzip")
    .option("--host <name>", "the old forum's host (default: as the people's pictures tell it)", parseHost)
    .addOption(
      new Option("--category <id=name>", "what a category is called; once for each")
        .argParser(collectCategory)
        .default(new Map(), "as in the file, or Category ID"),
    )
    .addHelpText(
      "after",
      `
Run it again after an interruption (Ctrl-C), or with a longer export: what is here already stays as it is, and what
is missing is added. A category that an import made takes the name that --category gives it, in a later run too, and keeps
its address. People come as plain members whom nobody can sign in as. Links between the threads are rewritten.

Examples:
  npm run forum -- import discourse export.ndjson.gz
  npm run forum -- import discourse export.ndjson --host forum.example.org --category 10=Support --category 7=News`,
    )
    .action(async (file: string, { host, category }: Options) => {
      // Loaded when it is wanted, so that the other commands start without it.
      const { importDiscourse } = await import("../discourse/import.ts");
      const show = await forumPictures();
      if (!show)
        console.error("PICTURES_KEY is not set: pictures of other hosts become links (docs/deploying.md).");
      await withForum(
        async (forum) => {
          const report = await interruptible((isStopped) =>
            withProgress("threads", (onProgress) =>
              importDiscourse(forum, { file, host, categories: category, show, isStopped, onProgress }),
            ),
          );
          for (const line of describeImport(report)) console.log(line);
          if (report.left > 0) process.exitCode = INTERRUPTED;
          else await reportVerification(forum.db);
        },
        { max: 2 },
      );
    });
}

function parseHost(value: string): string {
  const host = URL.parse(value.includes("://") ? value : `https://${value}`)?.host;
  if (host) return host;
  throw new InvalidArgumentError("It is a name such as forum.example.org.");
}

function collectCategory(value: string, names: Map<number, string>): Map<number, string> {
  const [, id, name] = /^(\d{1,9})=(.*\S.*)$/.exec(value) ?? [];
  if (id === undefined || name === undefined)
    throw new InvalidArgumentError("It has the form ID=NAME, as in 10=Support.");
  return new Map(names).set(Number(id), name);
}

/** What an import did, line by line. */
export function describeImport(report: ImportReport): string[] {
  const { threads, replies, votes, people, categories, alreadyHere, left, notes, host } = report;
  const added =
    `Imported from ${host}: ${count(threads, "thread")}, ${count(replies, "reply", "replies")}, ` +
    `${count(votes, "vote")}, ${count(people, "person", "people")}, ${count(categories, "category", "categories")}.`;
  const lines = [added];
  if (alreadyHere > 0) lines.push(`Already there: ${count(alreadyHere, "thread")}.`);
  lines.push(...notes.lines().map((line) => `  ${line}`));
  if (left > 0) lines.push(`Stopped: ${count(left, "thread")} left. Run the same command again to go on.`);
  return lines;
}
