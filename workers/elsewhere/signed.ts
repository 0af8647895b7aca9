import { picturesElsewhere } from "#app/elsewhere.server.ts";
import type { Env } from "../env.ts";

/** Shows pictures of other hosts with this forum's keys, and knows them again. */
export function elsewhereOf({ PICTURES_KEY, PICTURES_KEY_PREVIOUS, ORIGIN }: Env) {
  return picturesElsewhere({ keys: [PICTURES_KEY, PICTURES_KEY_PREVIOUS], origin: ORIGIN });
}
