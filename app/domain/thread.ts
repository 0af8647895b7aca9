import { z } from "zod";
import { says } from "#app/messages/message.ts";
import { Body, Submission, Title } from "./form.ts";
import { LINE_UNITS_MAX, REASON_MAX } from "./limits.ts";
import { isName } from "./paging.ts";
import { cleanLine, countCharacters } from "./text.ts";

/** What the form of a new thread sends. */
export const NewThreadForm = z.object({
  title: Title,
  category: z.string(says("problem.noCategory")).refine(isName, says("problem.noCategory")),
  body: Body,
  submission: Submission,
});

const LONG_REASON = says(["problem.longReason", { max: REASON_MAX }]);

/** Why a moderator did something: a cleaned line of at most `REASON_MAX` characters, or null. */
const Reason = z
  .string()
  .max(LINE_UNITS_MAX, LONG_REASON)
  .transform(cleanLine)
  .refine((reason) => countCharacters(reason) <= REASON_MAX, LONG_REASON)
  .transform((reason) => reason || null)
  .optional();

const YesOrNo = z.enum(["true", "false"]).transform((value) => value === "true");

/** The state that a moderator's lock button asks for. */
export const LockForm = z.object({ locked: YesOrNo, reason: Reason });

/** The state that a moderator's pin button asks for. */
export const PinForm = z.object({ pinned: YesOrNo, reason: Reason });
