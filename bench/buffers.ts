/**
 * Prints how many buffers (pages of 8 KB) each page's and each write's statement touches, in forums of several sizes
 * side by side; of a read by the plan that its function keeps. Each size gets a database of its own on the server that
 * DATABASE_URL names (or that of `npm start`), which is dropped afterwards.
 *
 *     npm run bench:scale -- [replies …, 10000 100000 unless told]
 */

import { verify } from "#app/db/verify.server.ts";
import { describeGeneration } from "#scripts/commands/generate.ts";
import { describeDiscrepancy } from "#scripts/commands/verify.ts";
import { connect } from "#scripts/connection.ts";
import { forumUrl } from "#scripts/database-url.ts";
import { defaultSize, generateForum } from "#scripts/generate/generate.ts";
import { migrate } from "#scripts/migrate.ts";
import { Problem, reportFailure } from "#scripts/problem.ts";
import { withProgress } from "#scripts/progress.ts";
import { type Measured, measureBuffers } from "./scale/measure.ts";

type Result = { replies: number; measured: Measured };

async function measureSize(server: string, replies: number): Promise<Result> {
  const name = `edgewise_scale_${replies}`;
  const url = new URL(server);
  url.pathname = `/${name}`;
  const admin = await connect(server);
  try {
    await admin.sql`create database ${admin.sql(name)}`;
    try {
      await migrate(url.href);
      return await fillAndMeasure(url.href, replies);
    } finally {
      await admin.sql`drop database ${admin.sql(name)} with (force)`;
    }
  } finally {
    await admin.close();
  }
}

async function fillAndMeasure(url: string, replies: number): Promise<Result> {
  const { sql, db, close } = await connect(url);
  try {
    const report = await withProgress("posts", (onProgress) =>
      generateForum(sql, { ...defaultSize(replies), seed: 1, onProgress }),
    );
    const started = performance.now();
    const wrong = await verify(db);
    if (wrong.length > 0)
      throw new Error(`Generated wrongly: ${wrong.slice(0, 5).map(describeDiscrepancy).join("; ")}`);
    const seconds = Math.round((performance.now() - started) / 1000);
    const [row] = await sql<{ size: string }[]>`
      select pg_size_pretty(pg_database_size(current_database())) as size`;
    const lines = [
      ...describeGeneration(report),
      `Verified in ${seconds} s. The database takes ${row?.size}.`,
      "",
    ];
    console.log(lines.join("\n"));
    return { replies, measured: await measureBuffers(db) };
  } finally {
    await close();
  }
}

function printTable(results: Result[]): void {
  const [first] = results;
  const line = (name: string, cells: string[]) =>
    console.log(`| ${name.padEnd(54)} | ${cells.map((cell) => cell.padStart(10)).join(" | ")} |`);
  line("Buffers touched", [...results.map(({ replies }) => replies.toLocaleString("en")), "at most"]);
  line(
    "---",
    [...results, first].map(() => "---:"),
  );
  for (const [name, base = 1] of first?.measured ?? []) {
    const buffers = results.map(({ measured }) => measured.get(name) ?? Number.NaN);
    line(name, [...buffers.map((each) => each.toFixed(0)), `×${(Math.max(...buffers) / base).toFixed(2)}`]);
  }
}

function parseSizes(words: string[]): number[] {
  const sizes = words.map((word) => Number(word.replaceAll(/[,_]/g, "")));
  if (sizes.every((size) => Number.isInteger(size) && size >= 5000)) return sizes;
  throw new Problem("Sizes are numbers of replies, from 5000 on: npm run bench:scale -- 10000 1000000");
}

try {
  const sizes = parseSizes(process.argv.length > 2 ? process.argv.slice(2) : ["10000", "100000"]);
  const { url } = await forumUrl();
  const results: Result[] = [];
  for (const size of sizes) results.push(await measureSize(url, size));
  printTable(results);
} catch (error) {
  reportFailure(error);
}
