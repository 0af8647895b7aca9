import { z } from "zod";
import { says } from "#app/messages/message.ts";
import { Body, Submission, Title } from "./form.ts";
import { isName } from "./paging.ts";

/** What the form of a new thread sends. */
export const NewThreadForm = z.object({
  title: Title,
  category: z.string(says("problem.noCategory")).refine(isName, says("problem.noCategory")),
  body: Body,
  submission: Submission,
});

/** The state that a moderator's lock button asks for. */
export const LockForm = z.object({ locked: z.enum(["true", "false"]).transform((v) => v === "true") });

/** The state that a moderator's pin button asks for. */
export const PinForm = z.object({ pinned: z.enum(["true", "false"]).transform((v) => v === "true") });
