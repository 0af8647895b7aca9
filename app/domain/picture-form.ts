import { z } from "zod";
import { says } from "#app/messages/message.ts";

/** What the button that deletes a picture sends. */
export const DeletePictureForm = z.object({
  hash: z.string(says("problem.damaged")).regex(/^[0-9a-f]{32}$/, says("problem.damaged")),
});
