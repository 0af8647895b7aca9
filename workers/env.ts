import { z } from "zod";

const Text = z.string().trim().min(1);
const Address = z.url({ protocol: /^https?$/ });

/** Everything the Worker is configured with. docs/deploying.md says where each value is found. */
const Env = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  /** The forum's one origin, such as https://forum.example.com. */
  ORIGIN: Address.transform((url) => new URL(url).origin),
  FORUM_NAME: Text.default("Edgewise"),
  COOKIE_SECRET: Text.min(32, "must have 32 characters or more"),
  CLERK_PUBLISHABLE_KEY: Text.regex(/^pk_(test|live)_/, "must begin with pk_test_ or pk_live_"),
  CLERK_SECRET_KEY: Text,
  /** Clerk's public key. Without it each new isolate asks Clerk for it once. */
  CLERK_JWT_KEY: Text.transform((pem) => pem.replaceAll("\\n", "\n")).optional(),
  CLERK_PROXY_URL: Address.optional(),
  CLERK_SIGN_IN_URL: Address.optional(),
  CLERK_SIGN_UP_URL: Address.optional(),
  /** Read apart from the rest: without it only the webhook fails. */
  CLERK_WEBHOOK_SECRET: Text.optional(),
  HELD_FORMS: z.custom<KVNamespace>((value) => value !== undefined, "is a KV binding and is not bound"),
});

export type Env = z.output<typeof Env>;

/** The Worker's configuration, checked. Throws an error that names everything missing or malformed. */
export function parseEnv(env: unknown): Env {
  const parsed = Env.safeParse(env);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`The Worker is not configured (docs/deploying.md). ${problems.join("; ")}`);
}
