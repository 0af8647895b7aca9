import { Client } from "undici";
import type { Exchange } from "./scenarios.ts";

/** Nothing that is measured here takes longer; what does is counted as wrong. */
const TIMEOUT_MS = 30_000;

export type Answer = { status: number; location: string; body: string };

/** One kept connection, over which one request follows the other. */
export function openClient(origin: string): Client {
  return new Client(origin, { pipelining: 1, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });
}

/** Sends a request as a browser would follow a link or send a form, and reads the whole answer. Redirects are not followed. */
export async function send(
  client: Client,
  origin: string,
  { path, form }: Exchange,
  cookie: string,
): Promise<Answer> {
  const { statusCode, headers, body } = await client.request({
    path,
    method: form ? "POST" : "GET",
    headers: {
      accept: "text/html",
      "user-agent": "Mozilla/5.0",
      "sec-fetch-dest": "document",
      "sec-fetch-site": form ? "same-origin" : "none",
      ...(cookie && { cookie }),
      ...(form && { origin, "content-type": "application/x-www-form-urlencoded" }),
    },
    body: form ? new URLSearchParams(form).toString() : null,
  });
  return { status: statusCode, location: String(headers.location ?? ""), body: await body.text() };
}

/** Sends a request. Throws where the answer is wrong. */
export async function ask(client: Client, origin: string, exchange: Exchange, cookie: string): Promise<void> {
  const fault = faultOf(await send(client, origin, exchange, cookie), exchange);
  if (fault !== null) throw new Error(`The answer to ${exchange.path} is wrong: ${fault}.`);
}

/** Why an answer is wrong, or null. */
export function faultOf({ status, location, body }: Answer, { expect }: Exchange): string | null {
  if (status !== expect.status) return `it has status ${status}, not ${expect.status}`;
  if (expect.location && !expect.location.test(location)) return `it leads to "${location}"`;
  const missing = expect.texts?.find((text) => !body.includes(text));
  if (missing !== undefined) return `"${missing}" is not in it`;
  if (expect.absent !== undefined && body.includes(expect.absent)) return `"${expect.absent}" is in it`;
  if (!expect.count) return null;
  const times = body.split(expect.count.text).length - 1;
  return times === expect.count.times
    ? null
    : `"${expect.count.text}" is in it ${times} times, not ${expect.count.times}`;
}
