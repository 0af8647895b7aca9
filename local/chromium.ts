import { type Browser, chromium } from "playwright-core";
import { findChromium } from "./programs.ts";

/** Starts Chromium without a window. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error("There is no Chromium here. On Debian: apt-get install chromium");
  // Chromium's sandbox does not work for root, and shared memory is small in containers.
  const args = ["--no-sandbox", "--disable-dev-shm-usage"];
  return chromium.launch({ executablePath, args });
}
