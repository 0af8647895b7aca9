import { type FileHandle, open } from "node:fs/promises";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { Problem } from "../problem.ts";
import { type DiscourseTopic, parseTopic } from "./topic.ts";

/** A line that could not be read as a topic. `line` counts from 1. */
export type BadLine = { line: number; problem: string };

/** One line of an export. `readBytes` of `totalBytes` of the file (as it is stored, so packed) are behind it. */
export type Line = { line: number; readBytes: number; totalBytes: number } & (
  | { topic: DiscourseTopic }
  | { problem: string }
);

/** The two bytes that every gzip file begins with (RFC 1952, 2.3.1). */
const GZIP_MAGIC = [0x1f, 0x8b];

/**
 * Reads an export line by line: one Discourse topic a line (`/t/<id>.json?include_raw=1`), plain or packed with gzip.
 * Only one line is in memory at a time.
 * @throws Problem when there is no such file, it is empty, or its packing is damaged
 */
export async function* readTopics(file: string): AsyncGenerator<Line> {
  const handle = await openExport(file);
  const { size } = await handle.stat();
  const raw = handle.createReadStream({ start: 0 });
  const unpacked = (await isGzip(handle)) ? raw.pipe(createGunzip()) : raw;
  raw.once("error", (error) => unpacked.destroy(error));
  const lines = createInterface({ input: unpacked, crlfDelay: Number.POSITIVE_INFINITY });
  let line = 0;
  try {
    for await (const text of lines) {
      line += 1;
      if (text.trim() === "") continue;
      yield { line, readBytes: raw.bytesRead, totalBytes: size, ...parseTopic(withoutByteOrderMark(text)) };
    }
    // readline ends quietly where its input fails.
    if (unpacked.errored) throw unpacked.errored;
  } catch (error) {
    throw explainFile(error, file);
  } finally {
    lines.close();
    raw.destroy();
    unpacked.destroy();
  }
}

async function openExport(file: string): Promise<FileHandle> {
  const handle = await open(file, "r").catch((error: unknown) => {
    throw explainFile(error, file);
  });
  const stats = await handle.stat();
  const problem = stats.isFile() ? (stats.size === 0 ? "is empty" : null) : "is not a file";
  if (problem === null) return handle;
  await handle.close();
  throw new Problem(`${file} ${problem}.`);
}

function withoutByteOrderMark(text: string): string {
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}

async function isGzip(handle: FileHandle): Promise<boolean> {
  const { buffer } = await handle.read(new Uint8Array(2), 0, 2, 0);
  return GZIP_MAGIC.every((byte, index) => buffer[index] === byte);
}

function explainFile(error: unknown, file: string): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT") return new Problem(`There is no file ${file}.`);
  if (code === "EACCES") return new Problem(`${file} may not be read.`);
  if (code.startsWith("Z_"))
    return new Problem(`${file} is damaged: its gzip packing ends early or is broken.`);
  return error;
}
