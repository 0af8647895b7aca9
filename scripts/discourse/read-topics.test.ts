import { readFile, writeFile } from "node:fs/promises";
import { expect, onTestFinished, test } from "vitest";
import { makeTopic, writeExport } from "./fixture.ts";
import { readTopics } from "./read-topics.ts";

async function exportOf(lines: (object | string)[], options?: { gzip: boolean }): Promise<string> {
  const { file, remove } = await writeExport(lines, options);
  onTestFinished(remove);
  return file;
}

async function readAll(file: string) {
  const lines = [];
  for await (const line of readTopics(file))
    lines.push([line.line, "topic" in line ? line.topic.id : line.problem]);
  return lines;
}

test.each([false, true])("reads a topic a line (packed: %s)", async (gzip) => {
  const file = await exportOf([makeTopic({ id: 1 }), "", makeTopic({ id: 2 })], { gzip });
  expect(await readAll(file)).toEqual([
    [1, 1],
    [3, 2],
  ]);
});

test("names what is wrong with a line, and goes on", async () => {
  const bad = makeTopic({ id: 3 });
  Object.assign(bad.post_stream.posts[0] as object, { post_number: "one" });
  const file = await exportOf([
    "\uFEFF{",
    "[]",
    bad,
    makeTopic({ id: 4, created_at: "yesterday" }),
    makeTopic({ id: 5 }),
  ]);
  expect(await readAll(file)).toEqual([
    [1, "is no JSON"],
    [2, expect.stringMatching(/^is no topic \(the line: /)],
    [3, expect.stringMatching(/^is no topic \(post_stream\.posts\.0\.post_number: /)],
    [4, expect.stringMatching(/^is no topic \(created_at: /)],
    [5, 5],
  ]);
});

test("a file that is not there, is empty, or is a folder", async () => {
  const file = await exportOf([]);
  await writeFile(file, "");
  await expect(readAll(file)).rejects.toThrow(`${file} is empty.`);
  await expect(readAll("no-such-file")).rejects.toThrow("There is no file no-such-file.");
  await expect(readAll(".")).rejects.toThrow(". is not a file.");
});

test("packing that ends early, or is broken", async () => {
  const file = await exportOf([makeTopic({ id: 1 })], { gzip: true });
  const whole = await readFile(file);
  await writeFile(file, whole.subarray(0, whole.length - 20));
  await expect(readAll(file)).rejects.toThrow(/is damaged/);
  whole.fill(0xff, 12, 40);
  await writeFile(file, whole);
  await expect(readAll(file)).rejects.toThrow(/is damaged/);
});
