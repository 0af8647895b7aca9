import { z } from "zod";
import { HANDLE_MAX, HANDLE_MIN, LINE_UNITS_MAX } from "./limits.ts";
import { cleanLine, isReservedHandle } from "./text.ts";

const Handle = z
  .string("Choose a handle.")
  .max(LINE_UNITS_MAX, `A handle has ${HANDLE_MIN} to ${HANDLE_MAX} characters.`)
  .transform(cleanLine)
  .superRefine((handle, context) => {
    if (handle.length < HANDLE_MIN || handle.length > HANDLE_MAX)
      context.addIssue(`A handle has ${HANDLE_MIN} to ${HANDLE_MAX} characters.`);
    else if (!/^[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*$/.test(handle))
      context.addIssue("A handle has letters (a to z), digits, and single hyphens between them.");
    else if (isReservedHandle(handle)) context.addIssue("That handle is kept for the forum itself.");
  });

/** What the settings form sends. */
export const SettingsForm = z.object({
  handle: Handle,
  colorScheme: z.enum(["system", "light", "dark"], "Choose one of these."),
  dateStyle: z.enum(["relative", "absolute"], "Choose one of these."),
});
