import { z } from "zod";
import { SITE_VARIABLES } from "#app/domain/site-settings.ts";
import {
  DEFAULT_LANGUAGE,
  isLanguage,
  isPseudoLanguage,
  LANGUAGES,
  type PageLanguage,
} from "#app/messages/languages.ts";
import type { Watched } from "./observe.ts";

const Text = z.string().trim().min(1);
const Key = Text.min(32, "must have 32 characters or more");
const Address = z.url({ protocol: /^https?$/ });
const PostgresAddress = z.url({ protocol: /^postgres(ql)?$/ });

const Namespace = z.custom<KVNamespace>((value) => value !== undefined, "is a KV binding and is not bound");

const ForumLanguage = z.custom<PageLanguage>(
  (word) => typeof word === "string" && (isLanguage(word) || isPseudoLanguage(word)),
  `must be one of ${Object.keys(LANGUAGES).join(", ")}`,
);

/** Everything the Worker is configured with. docs/deploying.md says where each value is found. */
const Variables = z.object({
  /** Where Postgres is reached: Hyperdrive's own address, where it is bound. */
  DATABASE_URL: PostgresAddress,
  HYPERDRIVE: z.object({ connectionString: PostgresAddress }).optional(),
  /** The forum's one origin, such as https://forum.example.com. */
  ORIGIN: Address.transform((url) => new URL(url).origin),
  FORUM_NAME: Text.default("Edgewise"),
  ...SITE_VARIABLES,
  /** Whether posts show pictures, or links to them. */
  FORUM_PICTURES: z.enum(["shown", "links"]).default("shown"),
  /** The language of readers' pages, and of members who chose none. */
  FORUM_LANGUAGE: ForumLanguage.default(DEFAULT_LANGUAGE),
  /** Signs the paths of pictures of other hosts (docs/decisions/0021-pictures-from-elsewhere.md); without it they are links. */
  PICTURES_KEY: Key.optional(),
  /** The key before it, which is still believed while posts are rendered anew. */
  PICTURES_KEY_PREVIOUS: Key.optional(),
  COOKIE_SECRET: Key,
  CLERK_PUBLISHABLE_KEY: Text.regex(/^pk_(test|live)_/, "must begin with pk_test_ or pk_live_"),
  CLERK_SECRET_KEY: Text,
  /** Clerk's public key. Without it each new isolate asks Clerk for it once. */
  CLERK_JWT_KEY: Text.transform((pem) => pem.replaceAll("\\n", "\n")).optional(),
  CLERK_PROXY_URL: Address.optional(),
  CLERK_SIGN_IN_URL: Address.optional(),
  CLERK_SIGN_UP_URL: Address.optional(),
  CLERK_USER_PROFILE_URL: Address.optional(),
  /** Read apart from the rest: without it only the webhook fails. */
  CLERK_WEBHOOK_SECRET: Text.optional(),
  HELD_FORMS: Namespace,
  /** Copies of pages for the time when the database is away. */
  LAST_GOOD: Namespace,
  /** The Reader behind a cache of this machine's (local/cloudflare/); on Cloudflare the cache stands there by itself. */
  READER: z.custom<Fetcher>().optional(),
  /** And so the entrypoint for pictures of other hosts. */
  ELSEWHERE: z.custom<Fetcher>().optional(),
  /** The network that those are fetched from: this machine's, without its private part. Cloudflare's has no other. */
  OUTSIDE: z.custom<Fetcher>().optional(),
  /** The share of requests that are recorded, from 0 to 1; failures are in any case. A typing mistake is no reason to fail. */
  LOG_REQUESTS: z.coerce.number().min(0).max(1).default(0.1).catch(0.1),
  /** Keeps pictures; without it the forum takes none, and those of other hosts are kept by the cache alone. */
  PICTURES: z.custom<R2Bucket>().optional(),
  /** Makes pictures smaller; without it the Worker does so itself, of those that its memory has room for. */
  IMAGES: z.custom<ImagesBinding>().optional(),
  /** Takes a data point for each request; without it there are none. */
  REQUESTS: z.custom<AnalyticsEngineDataset>().optional(),
  /** Takes a data point each minute of how late purges are; without it there are none. */
  PURGES: z.custom<AnalyticsEngineDataset>().optional(),
  /** Which version of the Worker this is. */
  VERSION: z.custom<WorkerVersionMetadata>().optional(),
});

const Env = Variables.refine(
  ({ FORUM_LANGUAGE, ORIGIN }) => !isPseudoLanguage(FORUM_LANGUAGE) || isThisMachine(ORIGIN),
  { path: ["FORUM_LANGUAGE"], error: "is a language for trying out pages on this machine" },
);

function isThisMachine(origin: string): boolean {
  return ["localhost", "127.0.0.1"].includes(new URL(origin).hostname);
}

export type Env = z.output<typeof Env>;

/** What every answer is made with: the configuration, the platform's context, and what becomes known of the request. */
export type Call = { env: Env; ctx: ExecutionContext; watched: Watched };

/** An isolate is given the same object with every request. */
const known = new WeakMap<object, Env>();

/** The Worker's configuration, checked. Throws an error that names everything missing or malformed. */
export function parseEnv(env: object): Env {
  const earlier = known.get(env);
  if (earlier) return earlier;
  const checked = checkEnv(env);
  known.set(env, checked);
  return checked;
}

function checkEnv(env: object): Env {
  const { HYPERDRIVE } = env as { HYPERDRIVE?: { connectionString?: string } };
  // Through Hyperdrive where it is bound, whatever `DATABASE_URL` says; else straight to the database.
  const hyperdrive = HYPERDRIVE?.connectionString && { DATABASE_URL: HYPERDRIVE.connectionString };
  const parsed = Env.safeParse({ ...env, ...(hyperdrive || {}) });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`The Worker is not configured (docs/deploying.md). ${problems.join("; ")}`);
}
