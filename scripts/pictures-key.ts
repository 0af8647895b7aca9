import { readFile } from "node:fs/promises";
import path from "node:path";
import type { ShowElsewhere } from "#app/domain/elsewhere.ts";
import { picturesElsewhere } from "#app/elsewhere.server.ts";
import { forumUrl } from "./database-url.ts";

/** Where `npm start` keeps the key of the forum of this machine (local/parts.ts). */
const LOCAL_KEY_FILE = path.join(".local", "pictures-key");

/**
 * Shows pictures of other hosts as the forum does that a command works on (`withForum`): with `PICTURES_KEY` of the
 * environment, or that of this machine's forum; null where there is none.
 * @throws Problem when there is no forum to work on
 */
export async function forumPictures(): Promise<ShowElsewhere | null> {
  const { source } = await forumUrl();
  const own = source === "local" ? await readFile(LOCAL_KEY_FILE, "utf8").catch(() => "") : "";
  const key = process.env.PICTURES_KEY || own;
  return key === "" ? null : picturesElsewhere({ keys: [key], origin: process.env.ORIGIN }).show;
}
