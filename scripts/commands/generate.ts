import { type Command, InvalidArgumentError } from "commander";
import { finishImport } from "#app/db/import.server.ts";
import { withForum } from "../database-url.ts";
import type { GenerateReport } from "../generate/generate.ts";
import { count, withProgress } from "../progress.ts";

type Options = {
  threads?: number;
  replies: number;
  members?: number;
  categories: number;
  seed: number;
  yes: boolean;
};

/** `generate`: fills a forum with as much as it is asked for, to try it at a size. */
export function addGenerateCommand(program: Command): void {
  program
    .command("generate")
    .description("Fill an empty forum with generated threads, to try it at a size.")
    .requiredOption("--replies <count>", "replies after the opening posts", parseCount)
    .option("--threads <count>", "threads (default: one for ten replies)", parseSome)
    .option("--members <count>", "members (default: 5,000, and one for 50 replies)", parseSome)
    .option("--categories <count>", "categories", parseCategories, 12)
    .option("--seed <number>", "the same seed and numbers make the same forum", parseSeed, 1)
    .option(
      "--yes",
      "also where there is content, which stays; what is generated cannot be taken out again",
      false,
    )
    .addHelpText(
      "after",
      `
All of it is written, or nothing: Ctrl-C leaves the forum as it was.

Examples:
  npm run forum -- generate --replies 10000
  npm run forum -- generate --threads 50000 --replies 1000000 --members 20000 --seed 7`,
    )
    .action(async ({ yes, ...asked }: Options) => {
      const { defaultSize, generateForum } = await import("../generate/generate.ts");
      const options = { ...defaultSize(asked.replies), ...asked, mayAdd: yes };
      const report = await withForum(async ({ sql, db }) => {
        const generated = await withProgress("posts", (onProgress) =>
          generateForum(sql, { ...options, onProgress }),
        );
        await finishImport(db);
        return generated;
      });
      for (const line of describeGeneration(report)) console.log(line);
    });
}

/** What stands in a column of the type integer, and in a plan's memory. */
const COUNT_MAX = 100_000_000;
/** The home page shows every category, so there is a bound. */
const CATEGORIES_MAX = 500;
const SEED_MAX = 999_999;

function parseNumber(value: string, min: number, max: number): number {
  const number = Number(value.replaceAll(/[,_]/g, ""));
  if (/^\d/.test(value) && Number.isInteger(number) && number >= min && number <= max) return number;
  throw new InvalidArgumentError(`It is a whole number from ${min} to ${max.toLocaleString("en")}.`);
}

const parseCount = (value: string) => parseNumber(value, 0, COUNT_MAX);
const parseSome = (value: string) => parseNumber(value, 1, COUNT_MAX);
const parseCategories = (value: string) => parseNumber(value, 1, CATEGORIES_MAX);
const parseSeed = (value: string) => parseNumber(value, 0, SEED_MAX);

/** What was generated, line by line. */
export function describeGeneration(report: GenerateReport): string[] {
  const { threads, replies, votes, members, categories, longest, seconds } = report;
  const rows = 2 * members + categories + 2 * threads + replies + votes;
  const pace = Math.round((threads + replies) / seconds.written).toLocaleString("en");
  return [
    `Generated: ${count(threads, "thread")}, ${count(replies, "reply", "replies")}, ${count(votes, "vote")}, ` +
      `${count(members, "member")}, ${count(categories, "category", "categories")}.`,
    `${rows.toLocaleString("en")} rows in ${Math.round(seconds.written)} s, ${pace} posts with their votes a second; ` +
      `then ${Math.round(seconds.settled)} s of vacuum and analyze.`,
    ...longest.map(({ number, replies }) => `  /t/${number} has ${count(replies, "reply", "replies")}.`),
  ];
}
