import { webhookDatabase } from "../database.ts";
import type { Call } from "../env.ts";
import { followNow } from "../jobs/follow.ts";
import { handleClerkWebhook } from "./clerk-events.ts";

/** Answers Clerk's webhook. What it has changed is seen to before Clerk is answered. */
export async function answerWebhook(request: Request, { env, ctx, watched }: Call): Promise<Response> {
  const database = webhookDatabase(env);
  Object.assign(watched, { side: "webhook", route: "/webhooks/clerk", usage: database.usage });
  try {
    const response = await handleClerkWebhook(request, { secret: env.CLERK_WEBHOOK_SECRET, database });
    await followNow(database.happened, ctx);
    return response;
  } finally {
    ctx.waitUntil(database.close());
  }
}
