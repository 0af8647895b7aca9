import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { unstable_readConfig as readConfig } from "wrangler";
import { siteProblems } from "#app/domain/site-settings.ts";
import { Problem, reportFailure } from "./problem.ts";

/** What of `wrangler.toml` decides whether the forum can run. */
export type DeployConfig = {
  name?: string;
  vars: Record<string, unknown>;
  kv_namespaces: { binding: string; id?: string }[];
  hyperdrive: { binding: string; id?: string }[];
  r2_buckets: { binding: string; bucket_name?: string }[];
};

/** What has to be done before the forum is deployed, and what might be. A line each. */
export type Preflight = { toDo: string[]; advice: string[] };

/** Every secret, and the command that sets it: docs/deploying.md says where the values are found. */
export const SECRETS = {
  DATABASE_URL: "npx wrangler secret put DATABASE_URL",
  CLERK_SECRET_KEY: "npx wrangler secret put CLERK_SECRET_KEY",
  COOKIE_SECRET: "openssl rand -base64 48 | npx wrangler secret put COOKIE_SECRET",
  CLERK_WEBHOOK_SECRET: "npx wrangler secret put CLERK_WEBHOOK_SECRET",
  PICTURES_KEY: "openssl rand -base64 48 | npx wrangler secret put PICTURES_KEY",
  // Typed at the prompt, a PEM would end with its first line.
  CLERK_JWT_KEY: "npx wrangler secret put CLERK_JWT_KEY < clerk.pem",
};

/** The forum runs without these, and what it does then. */
const SPARED: Record<string, string> = {
  PICTURES_KEY: "shows pictures of other hosts as links",
  CLERK_JWT_KEY: "asks Clerk for what it says",
};

const NAMESPACES = ["HELD_FORMS", "LAST_GOOD"];

/** The ids that stand in `wrangler.toml` until there are namespaces. */
const PLACEHOLDER = /^0{31}/;

/**
 * What stands in the way of a deployment that works.
 * @param secrets the names of those that the Worker has; null where nobody could be asked
 * @param missingBuckets the names of those that the configuration has, and Cloudflare says that it has not
 */
export function checkDeployment(
  config: DeployConfig,
  secrets: string[] | null,
  missingBuckets: readonly string[] = [],
): Preflight {
  const isBound = config.hyperdrive.some(({ binding }) => binding === "HYPERDRIVE");
  const missing = Object.entries(SECRETS).filter(
    ([name]) => secrets?.includes(name) === false && !(name === "DATABASE_URL" && isBound),
  );
  const line = ([name, command]: [string, string]) => `The secret ${name} is not set: ${command}`;
  const isSpared = ([name]: [string, string]) => name in SPARED;
  return {
    toDo: [
      ...NAMESPACES.flatMap((binding) => namespaceProblem(config, binding)),
      ...hyperdriveProblem(config),
      ...bucketProblem(config, missingBuckets),
      ...variableProblem(config, secrets, "ORIGIN", isOrigin, "https://forum.example.com"),
      ...variableProblem(config, secrets, "CLERK_PUBLISHABLE_KEY", isPublishableKey, "pk_live_…"),
      ...siteProblems(config.vars).map(
        (problem) => `wrangler.toml has what the forum cannot show. ${problem}`,
      ),
      ...Object.entries(SECRETS)
        .filter(([name]) => name in config.vars)
        .map(([name, command]) => `wrangler.toml holds the secret ${name}. Take it out, and: ${command}`),
      ...missing.filter((each) => !isSpared(each)).map(line),
    ],
    advice: missing.filter(isSpared).map((each) => `${line(each)}. Without it the forum ${SPARED[each[0]]}.`),
  };
}

function namespaceProblem({ kv_namespaces }: DeployConfig, binding: string): string[] {
  const { id } = kv_namespaces.find((each) => each.binding === binding) ?? {};
  if (id && !PLACEHOLDER.test(id)) return [];
  return [
    `wrangler.toml has no KV namespace for ${binding}: npx wrangler kv namespace create ${binding}, and put the id that it prints there`,
  ];
}

/** A deployment with a bucket that is not there fails halfway. */
function bucketProblem({ r2_buckets }: DeployConfig, missing: readonly string[]): string[] {
  return r2_buckets
    .filter(({ bucket_name }) => !bucket_name || missing.includes(bucket_name))
    .map(({ binding, bucket_name = "edgewise-pictures" }) => {
      const make = `npx wrangler r2 bucket create ${bucket_name}`;
      return `There is no R2 bucket for ${binding}: ${make}, or take it out of wrangler.toml for a forum without pictures`;
    });
}

function hyperdriveProblem({ hyperdrive }: DeployConfig): string[] {
  if (!hyperdrive.some(({ id }) => !id || PLACEHOLDER.test(id))) return [];
  return [
    "wrangler.toml binds HYPERDRIVE without an id: docs/deploying.md, Hyperdrive, says how to make one",
  ];
}

/** A variable that is no secret, and may be set as one all the same. */
function variableProblem(
  { vars }: DeployConfig,
  secrets: string[] | null,
  name: string,
  isRight: (value: string) => boolean,
  example: string,
): string[] {
  const value = vars[name];
  if (value === undefined && secrets?.includes(name)) return [];
  if (typeof value === "string" && isRight(value)) return [];
  return [
    value === undefined
      ? `${name} is not set: add ${name} = "${example}" under [vars] in wrangler.toml`
      : `${name} is ${JSON.stringify(value)} in wrangler.toml, and should look like "${example}"`,
  ];
}

function isOrigin(value: string): boolean {
  return URL.canParse(value) && new URL(value).origin === value && value.startsWith("https://");
}

function isPublishableKey(value: string): boolean {
  return /^pk_(test|live)_\w/.test(value);
}

/** What Cloudflare says of the Worker's secrets; or why it was not asked, and what the operator can do about that. */
type Asked = { secrets: string[] | null; notChecked?: string; toDo?: string };

/** The secrets of the Worker, by Cloudflare's word. A Worker that is not there yet has none. */
async function askForSecrets(worker: string): Promise<Asked> {
  const listed = await wrangler(["secret", "list", "--name", worker, "--config", "wrangler.toml"]);
  if (listed.code === 0) {
    const secrets: { name: string }[] = JSON.parse(listed.output);
    return { secrets: secrets.map(({ name }) => name) };
  }
  if (/Worker "[^"]*".* not found/.test(listed.errors)) return { secrets: [] };
  const who = await wrangler(["whoami", "--json"]);
  if (who.output.includes('"loggedIn":false'))
    return {
      secrets: null,
      toDo: "Nobody is logged in to Cloudflare, so no secret was checked: npx wrangler login",
    };
  const reason = /ERROR\S*\s+(.*)/.exec(listed.errors)?.[1] ?? "Wrangler did not say why.";
  const names = Object.keys(SECRETS).join(", ");
  return { secrets: null, notChecked: `Not checked, whether these secrets are set: ${names}. ${reason}` };
}

/** The buckets that the configuration names and Cloudflare does not know; none where it does not say. */
async function missingBuckets({ r2_buckets }: DeployConfig): Promise<string[]> {
  const missing: string[] = [];
  for (const { bucket_name } of r2_buckets) {
    if (!bucket_name) continue;
    const { code, output, errors } = await wrangler(["r2", "bucket", "info", bucket_name]);
    // 10006 is R2's own code for it.
    if (code !== 0 && /does not exist|10006/.test(output + errors)) missing.push(bucket_name);
  }
  return missing;
}

type Ran = { code: number | null; output: string; errors: string };

/** Runs Wrangler where it can ask nothing of the person at the terminal. */
function wrangler(args: string[]): Promise<Ran> {
  const program = fileURLToPath(new URL("../bin/wrangler.js", import.meta.resolve("wrangler")));
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, WRANGLER_SEND_METRICS: "false", NO_COLOR: "1", FORCE_COLOR: "0" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ran: Ran = { code: null, output: "", errors: "" };
  child.stdout.on("data", (chunk) => (ran.output += chunk));
  child.stderr.on("data", (chunk) => (ran.errors += chunk));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ ...ran, code }));
  });
}

/**
 * Before `npm run deploy` builds and deploys: says what would not work.
 * @throws Problem that says what to do first
 */
async function main(): Promise<void> {
  const config = readConfig({ config: "wrangler.toml", env: process.env.CLOUDFLARE_ENV });
  const asked = await askForSecrets(config.name ?? "");
  // Whoever could not ask for secrets cannot ask for buckets.
  const missing = asked.secrets ? await missingBuckets(config) : [];
  const { toDo, advice } = checkDeployment(config, asked.secrets, missing);
  for (const line of advice) console.log(line);
  if (asked.notChecked) console.log(asked.notChecked);
  if (asked.toDo) toDo.push(asked.toDo);
  if (toDo.length === 0) return;
  const list = toDo.map((line) => `\n  - ${line}`).join("");
  throw new Problem(`Not deployed. Do this first (docs/deploying.md):\n${list}`);
}

if (import.meta.main) await main().catch(reportFailure);
