import { z } from "zod";
import { says } from "#app/messages/message.ts";
import type { VoteValue } from "./vote.ts";

/**
 * The vote a button asks for: up, down, or none. Never a toggle, so that a repeat changes nothing.
 * Apart from vote.ts, which browsers load: a schema would bring the whole of zod to them.
 */
export const VoteForm = z.object({
  value: z.enum(["-1", "0", "1"], says("request.vote")).transform((value) => Number(value) as VoteValue),
});
