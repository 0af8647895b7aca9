import { z } from "zod";
import { isLanguage, type Language } from "#app/messages/languages.ts";
import { says } from "#app/messages/message.ts";
import { HANDLE_MAX, HANDLE_MIN, LINE_UNITS_MAX } from "./limits.ts";
import { cleanLine, isReservedHandle } from "./text.ts";

const HANDLE_LENGTH = says(["problem.handleLength", { min: HANDLE_MIN, max: HANDLE_MAX }]);

const Handle = z
  .string(says("problem.noHandle"))
  .max(LINE_UNITS_MAX, HANDLE_LENGTH)
  .transform(cleanLine)
  .superRefine((handle, context) => {
    if (handle.length < HANDLE_MIN || handle.length > HANDLE_MAX) context.addIssue(HANDLE_LENGTH);
    else if (!/^[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*$/.test(handle))
      context.addIssue(says("problem.handleCharacters"));
    else if (isReservedHandle(handle)) context.addIssue(says("problem.reservedHandle"));
  });

/** A language by its code, or "" for whichever the forum has. */
const ChosenLanguage = z
  .string()
  .refine((word) => word === "" || isLanguage(word), says("problem.noChoice"))
  .transform((word) => (word === "" ? null : (word as Language)));

/** What the settings form sends. A form that was drawn before there were languages, or pictures, leaves them as they are. */
export const SettingsForm = z.object({
  handle: Handle,
  colorScheme: z.enum(["system", "light", "dark"], says("problem.noChoice")),
  dateStyle: z.enum(["relative", "absolute"], says("problem.noChoice")),
  language: ChosenLanguage.optional(),
  pictures: z.enum(["shown", "links"], says("problem.noChoice")).optional(),
});
