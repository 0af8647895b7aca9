import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { sql } from "drizzle-orm";
import { expect, onTestFinished, test } from "vitest";
import { openDatabase } from "#app/db/client.server.ts";
import { demoPeople } from "#local/demo/people.ts";
import { startParts } from "#local/parts.ts";
import { freePort } from "#local/ports.ts";
import { readSettings } from "#local/settings.ts";
import { startWorker } from "#local/worker.ts";
import { createTestDatabase } from "#test/database.ts";

/** What `npm start` starts around the Worker, with a database of the user's own and an environment. */
async function partsFor({ args = [], env = {} }: { args?: string[]; env?: Record<string, string> } = {}) {
  const { url, drop } = await createTestDatabase();
  onTestFinished(drop);
  const stateDir = await mkdtemp(path.join(tmpdir(), "edgewise-start-"));
  onTestFinished(() => rm(stateDir, { recursive: true, force: true }));
  const port = await freePort();
  const settings = readSettings("npm start", [...args, "--port", String(port)], {
    ...env,
    DATABASE_URL: url,
  });
  const parts = await startParts({ ...settings, stateDir });
  onTestFinished(() => parts.stop());
  const db = openDatabase(url);
  onTestFinished(() => db.close());
  return { parts, port, db };
}

test("with a webhook secret of the user's, the stand-in for Clerk signs with it, and people arrive by their names", async () => {
  const secret = `whsec_${Buffer.from("a secret of the user's own").toString("base64")}`;
  const { parts, port, db } = await partsFor({ env: { CLERK_WEBHOOK_SECRET: secret } });
  const worker = await startWorker({ port, env: parts.env });
  onTestFinished(() => worker.stop());
  expect(parts.env.CLERK_WEBHOOK_SECRET).toBe(secret);
  await parts.introducePeople();
  const members = await db.execute<{ source: string }>(
    sql`select distinct handle_source as source from members`,
  );
  expect(members).toEqual([{ source: "clerk" }]);
  const [row] = await db.execute<{ count: number }>(sql`select count(*)::integer from members`);
  expect(row?.count).toBe(demoPeople(0).length);
});

test("a webhook secret that nothing can be signed with is named", async () => {
  await expect(partsFor({ env: { CLERK_WEBHOOK_SECRET: "whsec_?" } })).rejects.toThrow(
    "CLERK_WEBHOOK_SECRET is no signing secret",
  );
});

test("the terminal says what to do with an empty database, and nothing where the demo forum fills it", async () => {
  const wheres = (parts: Awaited<ReturnType<typeof startParts>>) => JSON.stringify(parts.addresses);
  const { parts: empty } = await partsFor();
  expect(wheres(empty)).toContain("npm start -- --demo");
  expect(wheres(empty)).toContain("npm run forum -- category add");
  const { parts: filled, db } = await partsFor({ args: ["--demo"] });
  expect(wheres(filled)).not.toContain("--demo");
  expect(await db.execute(sql`select 1 from categories`)).not.toHaveLength(0);
});
