import { accessSync, constants } from "node:fs";
import path from "node:path";

const CHROMIUM = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/** Debian keeps servers where only root's PATH looks. */
const FOLDERS = ["/usr/sbin", "/usr/local/sbin", "/usr/bin", "/usr/local/bin"];
const MAC_CHROME = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/** The browser for journeys, at CHROMIUM_PATH or where systems put it; undefined where there is none. */
export function findChromium(): string | undefined {
  return find(process.env.CHROMIUM_PATH, CHROMIUM, [MAC_CHROME]);
}

/** The pooler, at PGBOUNCER_PATH or where systems put it; undefined where there is none. */
export function findPgBouncer(): string | undefined {
  return find(process.env.PGBOUNCER_PATH, ["pgbouncer"]);
}

/** Java for the HTML checker, at JAVA_PATH or where systems put it; undefined where there is none. */
export function findJava(): string | undefined {
  return find(process.env.JAVA_PATH, ["java"]);
}

function find(given: string | undefined, names: string[], places: string[] = []): string | undefined {
  if (given) return isProgram(given) ? given : undefined;
  const folders = [...(process.env.PATH ?? "").split(path.delimiter), ...FOLDERS];
  const candidates = names.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return [...candidates, ...places].find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
