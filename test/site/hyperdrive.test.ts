import { sql } from "drizzle-orm";
import { expect, onTestFinished, test } from "vitest";
import type { Count } from "#local/counting-proxy.ts";
import { freePort } from "#local/ports.ts";
import { makeCategory, makeThread } from "#test/forum.ts";
import { type Site, type SiteRequest, startSite, testSite } from "#test/site.ts";

/** The same forum twice, without its page cache: by the address of its database, and by the binding alone. */
const direct = await testSite({ counted: true, cache: false });
const bound = await testSite({ counted: true, hyperdrive: true, cache: false });

/** What a page and a reply cost, each of which ended as it should. */
async function visit(site: Site): Promise<Record<string, Omit<Count, "sql">>> {
  const category = await makeCategory(site.db);
  const ada = await site.makeMember();
  const thread = await makeThread(site.db, { author: ada, category, title: "A title" });
  const cost = async (path: string, request: SiteRequest, status: number) => {
    const { sql: _, ...count } = await site.proxy.count(async () => {
      const response = await site.fetch(`/t/${thread.number}/${path}`, request);
      await response.text();
      expect(response.status, path).toBe(status);
    });
    return count;
  };
  const costs = {
    reader: await cost("a-title", {}, 200),
    member: await cost("a-title", { as: ada }, 200),
    write: await cost("replies/new", { as: ada, form: { body: "By way of Hyperdrive" } }, 303),
  };
  const written = await site.db.execute(sql`
    select r.body from thread_replies r join threads t on t.id = r.thread_id
    where t.number = ${thread.number} and r.number = 2`);
  expect(written).toEqual([{ body: "By way of Hyperdrive" }]);
  return costs;
}

/** Miniflare's Hyperdrive hands everything on, so what Cloudflare's own saves of `connecting` cannot be seen here. */
test("with Hyperdrive bound the forum needs no DATABASE_URL, and asks as little of it", async () => {
  const costs = await visit(bound);
  expect(costs).toEqual(await visit(direct));
  const once = { connections: 1, connecting: 3, prepared: 0 };
  expect(costs.reader).toEqual({ ...once, statements: 1, roundTrips: 1 });
  expect(costs.member).toMatchObject({ statements: 2, roundTrips: 2 });
  expect(costs.write).toEqual({ ...once, statements: 2, roundTrips: 3 });
  expect(bound.log.filter((line) => !line.includes("No cache stands before the Reader"))).toEqual([]);
});

test("bound, it comes before DATABASE_URL", async () => {
  const elsewhere = { DATABASE_URL: `postgres://nobody@127.0.0.1:${await freePort()}/nothing` };
  const site = await startSite({ hyperdrive: true, env: elsewhere });
  onTestFinished(site.stop);
  expect((await site.fetch("/healthz")).status).toBe(200);
});

test.each([
  ["without either address", { DATABASE_URL: "" }, "DATABASE_URL"],
  ["where a variable has the name of the binding", { HYPERDRIVE: "a variable" }, "HYPERDRIVE"],
])("%s the log says which one is missing", async (_, env, name) => {
  const site = await startSite({ env });
  onTestFinished(site.stop);
  expect((await site.fetch("/")).status).toBe(500);
  expect(site.log.join("\n")).toContain(`${name}: `);
});
