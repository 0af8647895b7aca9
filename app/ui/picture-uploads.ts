import type { Words } from "#app/messages/words.ts";
import { uploadAction } from "#app/paths.ts";

/** The parts of a form in which pictures are added. */
type Parts = {
  text: HTMLTextAreaElement;
  file: HTMLInputElement;
  alt: HTMLInputElement;
  progress: HTMLProgressElement;
  status: HTMLElement;
};

type Say = Words["t"];

/**
 * Sends pictures that are chosen, pasted into the text or dropped on it, and puts them where the caret is, until `signal`. One
 * after the other; what becomes of each is said once, and nothing of the text is touched by a failure.
 */
export function uploadPictures(field: HTMLElement, t: Say, signal: AbortSignal): void {
  const parts = partsOf(field);
  if (!parts) return;
  let last: Promise<void> = Promise.resolve();
  const take = (files: Iterable<File>) => {
    for (const file of files) last = last.then(() => upload(file, parts, t));
  };
  const { text, file } = parts;
  file.addEventListener(
    "change",
    () => {
      take([...(file.files ?? [])]);
      // The form is sent without it.
      file.value = "";
    },
    { signal },
  );
  text.addEventListener(
    "paste",
    (event) => {
      const pictures = picturesOf(event.clipboardData);
      // Office programs put a picture of the text beside the text.
      if (pictures.length === 0 || event.clipboardData?.types.includes("text/plain")) return;
      event.preventDefault();
      take(pictures);
    },
    { signal },
  );
  text.addEventListener(
    "dragover",
    (event) => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    },
    { signal },
  );
  text.addEventListener(
    "drop",
    (event) => {
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      take(files);
    },
    { signal },
  );
}

function partsOf(field: HTMLElement): Parts | null {
  const find = <E extends Element>(selector: string) => field.querySelector<E>(selector);
  const text = field.closest("form")?.querySelector<HTMLTextAreaElement>("textarea[name=body]");
  const file = find<HTMLInputElement>("[name=picture]");
  const alt = find<HTMLInputElement>("[name=pictureAlt]");
  const progress = find<HTMLProgressElement>("progress");
  const status = find<HTMLElement>("[role=status]");
  return text && file && alt && progress && status ? { text, file, alt, progress, status } : null;
}

function picturesOf(data: DataTransfer | null): File[] {
  return [...(data?.files ?? [])].filter(({ type }) => type.startsWith("image/"));
}

async function upload(file: File, parts: Parts, t: Say): Promise<void> {
  const { text, alt, progress, status } = parts;
  const details = status.closest("details");
  // What is said in a closed one is not heard.
  if (details) details.open = true;
  status.textContent = t("picture.uploading", { name: file.name });
  progress.hidden = false;
  const before = { value: text.value, caret: text.selectionEnd };
  try {
    const { path } = await send(file, t, (share) => {
      progress.value = share;
    });
    const described = alt.value.trim();
    const isUntouched = text.value === before.value && text.selectionEnd === before.caret;
    insert(text, described || t("picture.placeholder"), path, isUntouched && !described);
    alt.value = "";
    status.textContent = t(described ? "picture.added" : "picture.describe");
  } catch (error) {
    status.textContent = error instanceof Refused ? error.message : t("picture.failed");
  } finally {
    progress.hidden = true;
    progress.value = 0;
  }
}

/** Why the forum did not take a picture, in words for whoever sent it. */
class Refused extends Error {}

/** Sends a picture. `fetch` tells nothing of how far it has come. */
function send(file: File, t: Say, onProgress: (share: number) => void): Promise<{ path: string }> {
  const request = new XMLHttpRequest();
  const form = new FormData();
  form.set("picture", file);
  return new Promise((resolve, reject) => {
    request.upload.addEventListener("progress", ({ loaded, total }) => onProgress(loaded / total));
    request.addEventListener("error", () => reject(new Error("No answer")));
    request.addEventListener("load", () => {
      const answer = readAnswer(request.responseText);
      if (answer.path) resolve({ path: answer.path });
      else if (request.status === 401) reject(new Refused(t("picture.signedOut")));
      else reject(answer.error ? new Refused(answer.error) : new Error(`${request.status}`));
    });
    request.open("POST", uploadAction());
    request.setRequestHeader("Accept", "application/json");
    request.send(form);
  });
}

function readAnswer(text: string): { path?: string; error?: string } {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** Puts the picture where the caret is, on a line of its own, and marks its description where that is still to be written. */
function insert(text: HTMLTextAreaElement, alt: string, path: string, isMarked: boolean): void {
  const at = text.selectionEnd;
  const before = text.value.slice(0, at);
  const gap = before === "" || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  const described = alt.replace(/[\\[\]]/g, "\\$&");
  text.setRangeText(`${gap}![${described}](${path})\n`, at, at, "end");
  // What keeps unsent texts listens for this.
  text.dispatchEvent(new Event("input", { bubbles: true }));
  if (!isMarked) return;
  const start = at + gap.length + 2;
  text.focus();
  text.setSelectionRange(start, start + described.length);
}
