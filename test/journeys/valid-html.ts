import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Page } from "playwright-core";
import { findJava } from "#local/programs.ts";

/** The Nu Html Checker, which validator.w3.org runs too. */
const CHECKER = path.join(
  path.dirname(createRequire(import.meta.url).resolve("vnu-jar/package.json")),
  "build/dist/vnu.jar",
);

/** Its parser of CSS does not know `light-dark()` and nesting yet; styles have tests of their own. */
const NOT_HTML = "CSS: .*";

/** The document that the server sent for what a page shows, as it came over the wire. */
export function watchDocument(page: Page): () => Promise<string> {
  let latest = Promise.resolve("");
  page.on("response", (response) => {
    const request = response.request();
    const isDocument = request.isNavigationRequest() && request.frame() === page.mainFrame();
    if (isDocument && (response.status() < 300 || response.status() >= 400)) latest = response.text();
  });
  return () => latest;
}

/**
 * What is wrong with these documents, as "name: line.column: what", warnings included.
 * @throws where the checker does not run
 */
export async function invalidities(documents: Map<string, string>): Promise<string[]> {
  const folder = await mkdtemp(path.join(tmpdir(), "edgewise-html-"));
  try {
    const names = [...documents.keys()];
    const files = names.map((_, at) => path.join(folder, `${at}.html`));
    for (const [at, name] of names.entries()) await writeFile(files[at] as string, documents.get(name) ?? "");
    const options = [
      "--stdout",
      "--exit-zero-always",
      "--skip-info-messages",
      "--format",
      "json",
      "--filterpattern",
      NOT_HTML,
    ];
    const output = await run(findJava() ?? "java", ["-jar", CHECKER, ...options, ...files]);
    return readMessages(output, (file) => names[Number.parseInt(path.basename(file), 10)] ?? file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

type Message = { url: string; lastLine?: number; lastColumn?: number; message: string; extract?: string };

function readMessages(output: string, nameOf: (file: string) => string): string[] {
  const { messages } = JSON.parse(output) as { messages: Message[] };
  return messages.map(
    ({ url, lastLine, lastColumn, message, extract }) =>
      `${nameOf(url)}: ${lastLine}.${lastColumn}: ${message} ${extract ?? ""}`,
  );
}

function run(program: string, args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    );
  });
}
