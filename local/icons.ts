import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { launchChromium } from "./chromium.ts";

/*
 * `npm run icons`: draws the forum's other icons from public/favicon.svg. To be run after that file was changed, or replaced
 * by a mark of the operator's own; what it writes is committed and deployed like any file of public/.
 */

const PUBLIC = fileURLToPath(new URL("../public", import.meta.url));

/** Behind icons that devices cut to a shape of their own: the paper of light pages. */
const PAPER = "#f6f5f2";

/** On paper, the mark is so large: within the 80 % that every shape leaves (W3C, "Web Application Manifest", icon masks). */
const MARK_SHARE = 0.6;

/** What browsers without SVG show in a tab and a list of bookmarks, in one file. */
const ICO_SIZES = [16, 32, 48];

const ON_PAPER = { "apple-touch-icon.png": 180, "icon-192.png": 192, "icon-512.png": 512 };

async function drawIcons(): Promise<void> {
  const svg = await readFile(path.join(PUBLIC, "favicon.svg"), "base64");
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const draw = async (size: number, share: number, background: string): Promise<Buffer> => {
      await page.setViewportSize({ width: size, height: size });
      const picture = `<img src="data:image/svg+xml;base64,${svg}" width="${size * share}" height="${size * share}">`;
      const style = `margin:0;height:100vh;display:grid;place-items:center;background:${background}`;
      await page.setContent(`<body style="${style}">${picture}`);
      return page.screenshot({ omitBackground: true });
    };
    for (const [file, size] of Object.entries(ON_PAPER))
      await writeFile(path.join(PUBLIC, file), await draw(size, MARK_SHARE, PAPER));
    const pictures: Buffer[] = [];
    for (const size of ICO_SIZES) pictures.push(await draw(size, 1, "transparent"));
    await writeFile(path.join(PUBLIC, "favicon.ico"), icoOf(pictures));
  } finally {
    await browser.close();
  }
}

/** Puts PNGs into one ICO: a header of 6 bytes, an entry of 16 for each, and the pictures as they are. */
function icoOf(pictures: Buffer[]): Buffer {
  const head = Buffer.alloc(6 + 16 * pictures.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(pictures.length, 4);
  let offset = head.length;
  for (const [at, picture] of pictures.entries()) {
    const entry = 6 + 16 * at;
    const size = ICO_SIZES[at] ?? 0;
    head.writeUInt8(size, entry);
    head.writeUInt8(size, entry + 1);
    head.writeUInt16LE(1, entry + 4);
    head.writeUInt16LE(32, entry + 6);
    head.writeUInt32LE(picture.length, entry + 8);
    head.writeUInt32LE(offset, entry + 12);
    offset += picture.length;
  }
  return Buffer.concat([head, ...pictures]);
}

await drawIcons();
