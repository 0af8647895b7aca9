import { z } from "zod";
import { says } from "#app/messages/message.ts";
import { Body, Submission, Title } from "./form.ts";
import { parseNumber } from "./paging.ts";

/** What the reply form sends. */
export const NewReplyForm = z.object({
  body: Body,
  replyTo: z
    .string()
    .optional()
    .transform((value) => parseNumber(value || undefined)),
  submission: Submission,
});

const Revision = z
  .string(says("problem.damaged"))
  .regex(/^\d{1,9}$/, says("problem.damaged"))
  .transform(Number);

/**
 * What the edit form of a reply sends. `revision` says which version the form was drawn from; `against`, that it was drawn
 * beside a text that somebody had saved in the meantime.
 */
export const EditReplyForm = z.object({ body: Body, revision: Revision, against: z.string().optional() });

/** The opening post's edit form carries the thread's title too. */
export const EditOpeningPostForm = EditReplyForm.extend({ title: Title });

/** The state that the delete and restore buttons ask for. */
export const DeleteForm = z.object({ deleted: z.enum(["true", "false"]).transform((v) => v === "true") });
