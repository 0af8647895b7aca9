import type { RouterContextProvider } from "react-router";
import { createPicture } from "#app/db/pictures.server.ts";
import type { FormState } from "#app/domain/form.ts";
import { sha256 } from "#app/domain/hash.ts";
import { messageOf } from "#app/domain/permissions.ts";
import { PICTURE_BYTES_MAX, type PictureName, pictureMarkdown, withPicture } from "#app/domain/picture.ts";
import { LARGE_PICTURE, readPicture } from "#app/domain/picture-file.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { log, reasonOf } from "#app/log.ts";
import type { Message } from "#app/messages/catalogue.ts";
import { wordsIn } from "#app/messages/words.server.ts";
import { databaseContext, keepPictureContext, siteContext } from "./context.server.ts";

type Context = Readonly<RouterContextProvider>;

/** A picture that is stored, or why it is not, with the status to say it with. */
export type Added = { ok: true; picture: PictureName } | { ok: false; message: Message; status: number };

/**
 * Stores an uploaded file as a picture of the viewer's: its row first, then its bytes. Throws where the database cannot be
 * reached.
 */
export async function addPicture(context: Context, viewer: Viewer, file: File): Promise<Added> {
  const keep = context.get(keepPictureContext);
  if (!keep) return { ok: false, message: "outage.noPictures", status: 404 };
  if (file.size > PICTURE_BYTES_MAX) return { ok: false, message: LARGE_PICTURE, status: 413 };
  const read = readPicture(new Uint8Array(await file.arrayBuffer()));
  if (!read.ok) return { ok: false, message: read.problem, status: 400 };
  const { kind, width, height, bytes } = read.file;
  const hash = (await sha256(bytes)).slice(0, 32);
  const upload = { hash, kind, width, height, bytes: bytes.length, ownerId: viewer.id };
  const created = await createPicture(context.get(databaseContext), upload);
  if (created.outcome === "refused") return { ok: false, message: messageOf(created.refusal), status: 403 };
  if (created.outcome === "missing") return { ok: false, message: "missing.account", status: 404 };
  const { outcome: _, ...picture } = created;
  try {
    await keep(picture, read.file);
  } catch (error) {
    // Its row is found by the next sweep that looks for what no post shows.
    log({ level: "error", message: "A picture could not be stored", reason: reasonOf(error) });
    return { ok: false, message: "outage.pictures", status: 503 };
  }
  return { ok: true, picture };
}

/** A form of a post as it is drawn again with a picture in its text, or with what was wrong with the picture. */
export type PictureAnswer = FormState & { isPictureAdded: boolean };

/**
 * Adds the picture that a form of a post brings to the end of its text, for people without JavaScript. Null where it brings none and
 * is to be posted. A file that was chosen, and not added, is no reason to post without it.
 */
export async function answerPicture(
  context: Context,
  viewer: Viewer,
  form: FormData,
  values: FormState["values"],
): Promise<{ answer: PictureAnswer; status: number } | null> {
  const file = form.get("picture");
  const isAsked = form.has("addPicture");
  // A form that is not sent to add a picture brings its name alone.
  if (!isAsked && (file === null || file === "" || (file instanceof File && file.size === 0))) return null;
  const again = (
    errors: FormState["errors"],
    status: number,
    body = values.body,
    isPictureAdded = false,
  ) => ({
    answer: { values: { ...values, body }, errors, isPictureAdded },
    status,
  });
  const alt = String(form.get("pictureAlt") ?? "").trim();
  if (!isAsked) return again({ picture: "problem.loosePicture" }, 400);
  if (!(file instanceof File) || (file.name === "" && file.size === 0))
    return again({ picture: "problem.noPicture" }, 400);
  const added = await addPicture(context, viewer, file);
  if (!added.ok) {
    const answer = again({ picture: added.message }, added.status);
    return { ...answer, answer: { ...answer.answer, values: { ...values, pictureAlt: alt } } };
  }
  // What stands in the text is there for everyone, so it is in the forum's language.
  const placeholder = wordsIn(context.get(siteContext).language).t("picture.placeholder");
  const markdown = pictureMarkdown(alt || placeholder, added.picture);
  const errors: FormState["errors"] = alt ? {} : { pictureAlt: "problem.noAlt" };
  return again(errors, alt ? 200 : 400, withPicture(values.body ?? "", markdown), true);
}
