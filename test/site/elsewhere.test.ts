import { createHmac } from "node:crypto";
import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { elsewherePath } from "#app/domain/elsewhere.ts";
import { PICTURE_BYTES_MAX } from "#app/domain/picture.ts";
import { readPicture } from "#app/domain/picture-file.ts";
import { picturesElsewhere } from "#app/elsewhere.server.ts";
import { makeCategory } from "#test/forum.ts";
import { INSIDE_HOSTS } from "#test/inside-addresses.ts";
import { type Host, startOutside } from "#test/outside.ts";
import { asText, makeAnimation, makeBomb, makePicture, SECRET } from "#test/pictures.ts";
import { testSite, WORKER_ENV } from "#test/site.ts";

const KEY = WORKER_ENV.PICTURES_KEY;
const png = await makePicture("png");
const MONTH = 30 * 24 * 60 * 60;

const TYPES = {
  png: "image/png",
  jpg: "image/jpeg",
  webp: "image/webp",
  avif: "image/avif",
  gif: "image/gif",
};
const pictures = {
  png,
  jpg: await makePicture("jpg"),
  webp: await makePicture("webp"),
  avif: await makePicture("avif"),
  gif: await makeAnimation("gif"),
};

/** Sends a picture, or whatever it is, under a type. */
const sends =
  (
    body: string | Uint8Array,
    headers: Record<string, string> = { "Content-Type": "image/png" },
    status = 200,
  ): Host =>
  (_, response) => {
    response.writeHead(status, headers).end(body);
  };
const redirects =
  (location: string, status = 302): Host =>
  (_, response) => {
    response.writeHead(status, { Location: location }).end();
  };
/** Sends without end: what is read of it is lost. */
const pour = (response: ServerResponse, chunk: Uint8Array) => {
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on("drain", more);
  more();
};
/** A host of its own for each name, so that no test meets the silence of another. */
const at = (name: string) => `${name}.example.com`;

const HOSTILE: Record<string, Host> = {
  "never-answers": () => {},
  "hangs-up": (request) => request.socket.destroy(),
  "breaks-off": (_, response) => {
    response.writeHead(200, { "Content-Type": "image/png", "Content-Length": String(png.length) });
    response.write(png.subarray(0, 100), () => response.destroy());
  },
  "never-ends-sending-nothing": (_, response) => {
    response.writeHead(200, { "Content-Type": "image/png" }).write(png.subarray(0, 100));
  },
  "never-ends": (_, response) => {
    response.writeHead(200, { "Content-Type": "image/png" }).write(png);
    pour(response, new Uint8Array(64 * 1024));
  },
  "is-said-to-be-large": (_, response) => {
    response.writeHead(200, { "Content-Type": "image/png", "Content-Length": String(PICTURE_BYTES_MAX + 1) });
    response.write(png);
  },
  "gzip-bomb": sends(gzipSync(Buffer.concat([png, Buffer.alloc(4 * PICTURE_BYTES_MAX)])), {
    "Content-Type": "image/png",
    "Content-Encoding": "gzip",
  }),
  "picture-bomb": sends(makeBomb(50_000, 50_000)),
  html: sends("<!DOCTYPE html><script>alert(1)</script>"),
  "html-behind-a-signature": sends(`\x89PNG\r\n\x1a\n<script>alert(1)</script>`),
  svg: sends('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', {
    "Content-Type": "image/svg+xml",
  }),
  pdf: sends("%PDF-1.7"),
  nothing: sends(""),
  missing: sends(png, { "Content-Type": "image/png" }, 404),
  failing: sends(png, { "Content-Type": "image/png" }, 500),
  "partly-there": sends(png, { "Content-Type": "image/png" }, 206),
  "round-and-round": redirects(`https://${at("round-and-round")}/again`),
  "four-redirects": (request, response) => {
    const step = Number(new URL(request.url ?? "", "https://a").searchParams.get("step"));
    if (step < 4) redirects(`?step=${step + 1}`)(request, response);
    else sends(png)(request, response);
  },
  "redirect-to-http": redirects(`http://${at("honest")}/a.png`),
  "redirect-to-a-port": redirects(`https://${at("honest")}:8443/a.png`),
  "redirect-with-a-user": redirects(`https://a:b@${at("honest")}/a.png`),
  "redirect-to-nowhere": redirects("https://"),
  "redirect-without-a-place": sends("", {}, 302),
  "redirect-to-data": redirects("data:image/png;base64,AAAA"),
  "redirect-to-silence": redirects(`https://${at("hangs-up-too")}/a.png`),
  ...Object.fromEntries(
    ["127.0.0.1", "169.254.169.254", "[::1]", "localhost", "0x7f.1", "metadata.google.internal"].map(
      (host, number) => [`redirect-inside-${number}`, redirects(`https://${host}/a.png`)],
    ),
  ),
};

const outside = await startOutside({
  ...Object.fromEntries(Object.entries(HOSTILE).map(([name, host]) => [at(name), host])),
  ...Object.fromEntries(Object.entries(pictures).map(([kind, bytes]) => [at(kind), sends(bytes, {})])),
  [at("honest")]: sends(png, { "Content-Type": "text/html", "Set-Cookie": "a=b", "X-Other": "c" }),
  [at("compressed")]: sends(gzipSync(png), { "Content-Encoding": "gzip" }),
  [at("three-redirects")]: (request, response) => {
    const step = Number(new URL(request.url ?? "", "https://a").searchParams.get("step"));
    if (step < 3) redirects(`/b?step=${step + 1}`, [301, 307, 308][step])(request, response);
    else sends(png)(request, response);
  },
  [at("slow")]: (_, response) => {
    setTimeout(() => response.writeHead(200).end(png), 1_000);
  },
  [at("silent-for-all")]: (request) => request.socket.destroy(),
});
const site = await testSite({ outside: outside.address, persisted: true, counted: true });
const { show } = picturesElsewhere({ keys: [KEY], origin: site.origin });

/** The path at which the forum shows a picture of a host. */
const pathOf = (name: string, path = "/a.png") => show(`https://${at(name)}${path}`) ?? "";

async function getBytes(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await response.arrayBuffer());
}

test.each(Object.entries(TYPES))(
  "a picture elsewhere that is a %s comes through the forum as %s",
  async (kind, type) => {
    const response = await site.fetch(pathOf(kind));
    expect(response.status).toBe(200);
    expect(response.headers.get("Content-Type")).toBe(type);
    const bytes = await getBytes(response);
    expect(response.headers.get("Content-Length")).toBe(String(bytes.length));
    expect(readPicture(bytes)).toMatchObject({ ok: true, file: { kind } });
    expect(asText(bytes)).not.toContain(SECRET);
  },
);

test("it is a picture and nothing else to a browser, kept for a month, with nothing of its host's", async () => {
  const { headers } = await site.fetch(pathOf("honest"));
  expect(Object.fromEntries(headers)).toMatchObject({
    "content-type": "image/png",
    "content-security-policy": "default-src 'none'; sandbox",
    "content-disposition": "inline",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": `public, max-age=${MONTH}, immutable, stale-if-error=0`,
  });
  for (const name of ["set-cookie", "x-other", "cf-cache-status", "vary"])
    expect(headers.has(name)).toBe(false);
});

test("nothing of whoever looks at it reaches its host", async () => {
  const ada = await site.makeMember();
  const headers = {
    Cookie: "a=secret",
    Referer: `${site.origin}/t/secret`,
    "User-Agent": "Secret",
    "Accept-Language": "secret",
    "CF-Connecting-IP": "203.0.113.7",
    "X-Forwarded-For": "203.0.113.7",
    "If-None-Match": '"secret"',
    Range: "bytes=0-9",
  };
  const path = pathOf("png", "/for-ada.png");
  expect((await site.fetch(path, { as: ada, headers: { ...headers, Cookie: null } })).status).toBe(200);
  expect((await site.fetch(pathOf("png", "/for-all.png"), { headers })).status).toBe(200);
  const asked = outside.askedOf(at("png")).filter(({ address }) => address.includes("/for-"));
  expect(asked).toHaveLength(2);
  for (const { headers: told } of asked) {
    expect(JSON.stringify(told)).not.toMatch(/secret|203\.0\.113|bytes|__session/i);
    expect(Object.keys(told).sort()).toEqual(["accept", "user-agent"]);
    expect(told["user-agent"]).toBe(`Edgewise (pictures for ${site.origin})`);
  }
});

test("HEAD tells the same without the picture", async () => {
  const response = await site.fetch(pathOf("png", "/head.png"), { method: "HEAD" });
  expect([response.status, response.headers.get("Content-Type")]).toEqual([200, "image/png"]);
  expect(await response.text()).toBe("");
});

test("64 who ask at once for a picture that takes its time cost its host one request", async () => {
  const path = pathOf("slow");
  const responses = await Promise.all(Array.from({ length: 64 }, () => site.fetch(path)));
  expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
  const bodies = await Promise.all(responses.map(async (response) => asText(await getBytes(response))));
  expect(new Set(bodies).size).toBe(1);
  expect(outside.askedOf(at("slow"))).toHaveLength(1);
});

test("64 pictures at once all come, a few at a time", async () => {
  const paths = Array.from({ length: 64 }, (_, number) => pathOf("webp", `/${number}.webp`));
  const responses = await Promise.all(paths.map((path) => site.fetch(path)));
  expect(responses.map(({ status }) => status)).toEqual(paths.map(() => 200));
  await Promise.all(responses.map((response) => response.arrayBuffer()));
});

test("a picture is kept in the bucket, so that a new version of the forum finds it", async () => {
  const path = pathOf("png", "/kept.png");
  const first = asText(await getBytes(await site.fetch(path)));
  await site.restart();
  const again = await site.fetch(path);
  expect(asText(await getBytes(again))).toBe(first);
  expect(again.headers.get("Content-Type")).toBe("image/png");
  expect(Number(/max-age=(\d+)/.exec(again.headers.get("Cache-Control") ?? "")?.[1])).toBeGreaterThan(
    MONTH - 600,
  );
  expect(outside.askedOf(at("png")).filter(({ address }) => address.endsWith("/kept.png"))).toHaveLength(1);
});

test.each(["compressed", "three-redirects"])("a picture that is %s comes", async (name) => {
  const response = await site.fetch(pathOf(name));
  expect(response.status).toBe(200);
  expect(readPicture(await getBytes(response)).ok).toBe(true);
});

test.each(Object.keys(HOSTILE))(
  "of a host that does %s nothing comes, and it is asked once",
  async (name) => {
    const path = pathOf(name);
    for (let count = 0; count < 3; count += 1) {
      const response = await site.fetch(path);
      expect(response.status).toBe(404);
      expect(await response.text()).toBe("");
      expect(response.headers.get("Cache-Control")).toMatch(/^public, max-age=60, s-maxage=(600|3600)$/);
      expect(response.headers.get("X-Content-Type-Options")).toBe("nosniff");
    }
    const asked = outside.askedOf(at(name));
    expect(asked.length).toBe({ "round-and-round": 4, "four-redirects": 4 }[name] ?? 1);
    // Whatever was still coming was given up.
    await expect.poll(() => asked.every(({ isOver }) => isOver)).toBe(true);
  },
);

test("no redirect has led inside", () => {
  const hosts = outside.arrived.map(({ address }) => new URL(address).hostname);
  expect(hosts.filter((host) => !host.endsWith(".example.com"))).toEqual([]);
  expect(outside.arrived.filter(({ address }) => !address.startsWith("https://"))).toEqual([]);
});

test("a host that says nothing is not asked for its other pictures, and one that does not answer once is", async () => {
  for (let number = 0; number < 5; number += 1)
    expect((await site.fetch(pathOf("silent-for-all", `/${number}.png`))).status).toBe(404);
  expect(outside.askedOf(at("silent-for-all"))).toHaveLength(1);
  expect((await site.fetch(pathOf("failing", "/other.png"))).status).toBe(404);
  expect(outside.askedOf(at("failing"))).toHaveLength(2);
});

/** Signs what the forum would not. */
function signAnything(address: string, key = KEY): string {
  const whole = createHmac("sha256", key).update(`picture elsewhere\n${address}`).digest("base64url");
  return elsewherePath({ signature: whole.slice(0, 22), address });
}

test("what this test signs is signed as the forum does it", () => {
  expect(signAnything(`https://${at("png")}/a.png`)).toBe(pathOf("png"));
});

test("even a signed address that leads inside is not asked", async () => {
  const before = outside.arrived.length;
  const hosts = INSIDE_HOSTS.filter((host) => /^[\x21-\x7e]+$/.test(host));
  expect(hosts.length).toBeGreaterThan(90);
  for (const host of hosts) {
    const response = await site.fetch(signAnything(`https://${host}/a.png`));
    expect.soft(response.status, host).toBe(404);
  }
  for (const address of [
    `${site.origin}/a.png`,
    `http://${at("png")}/b.png`,
    `https://${at("png")}:444/b.png`,
    "a",
    "",
  ])
    expect.soft((await site.fetch(signAnything(address))).status, address).toBe(404);
  expect(outside.arrived.length).toBe(before);
});

test("what nobody signed costs nothing: no request, no statement", async () => {
  const before = outside.arrived.length;
  const right = pathOf("png", "/unsigned.png");
  const { statements } = await site.proxy.count(async () => {
    for (const path of [
      right.replace(/elsewhere\/./, "elsewhere/-"),
      right.slice(0, -1),
      `${right}A`,
      `${right}/`,
      signAnything(`https://${at("png")}/unsigned.png`, "another key of 32 characters, for it"),
      "/media/elsewhere/",
      "/media/elsewhere/a/b",
      `/media/elsewhere/${"-".repeat(22)}/${"a".repeat(5_000)}`,
    ]) {
      const response = await site.fetch(path);
      expect.soft([response.status, await response.text()], path).toEqual([404, expect.any(String)]);
    }
  });
  expect(statements).toBe(0);
  expect(outside.arrived.length).toBe(before);
});

test("a picture costs the database nothing, for readers and for members", async () => {
  const ada = await site.makeMember();
  const { statements } = await site.proxy.count(async () => {
    await site.fetch(pathOf("png", "/free.png"));
    await site.fetch(pathOf("png", "/free-for-members.png"), { as: ada });
  });
  expect(statements).toBe(0);
});

test("what members write shows pictures through the forum, in threads, replies, edits and previews", async () => {
  const ada = await site.makeMember();
  const category = await makeCategory(site.db);
  const markdown = `![A cat](https://${at("png")}/post.png "Its name")`;
  const shown = pathOf("png", "/post.png");
  const started = await site.fetch("/t/new", {
    as: ada,
    form: { title: "Pictures", category, body: markdown, submission: crypto.randomUUID() },
  });
  const thread = new URL(started.headers.get("Location") ?? "", site.origin).pathname;
  const number = thread.split("/")[2];
  const form = { body: markdown, submission: crypto.randomUUID() };
  expect((await site.fetch(`/t/${number}/replies/new`, { as: ada, form })).status).toBe(303);
  const edit = { body: `${markdown}\n\n${markdown}`, revision: "0" };
  expect((await site.fetch(`/t/${number}/replies/2/edit`, { as: ada, form: edit })).status).toBe(303);
  const page = await (await site.fetch(thread)).text();
  const sources = [...page.matchAll(/<img [^>]*src="([^"]*)"/g)].map(([, src]) => src);
  expect(sources.filter((src) => src?.startsWith("/media/"))).toEqual([shown, shown, shown]);
  expect((await site.fetch(shown)).status).toBe(200);
  for (const path of ["/t/new", `/t/${number}/replies/new`, `/t/${number}/replies/2/edit`]) {
    const preview = await site.fetch(path, { as: ada, form: { ...form, preview: "" } });
    expect.soft(await preview.text(), path).toContain(shown);
  }
});
