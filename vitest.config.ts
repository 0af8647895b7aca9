import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { findChromium } from "./local/programs.ts";
import { rememberScramKeys } from "./patches.config.ts";

// A test must never reach the forum that somebody's shell is set up for.
for (const name of Object.keys(process.env))
  if (/^(DATABASE_URL|CLERK_|COOKIE_SECRET|ORIGIN$|PORT$|FORUM_)/.test(name)) delete process.env[name];
// The runtime's own tools ask nobody outside.
Object.assign(process.env, {
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
  X_LOCAL_OBSERVABILITY: "false",
});

/** Starting a Worker or a browser takes seconds on a busy machine. Nothing is asserted about time. */
const patient = { testTimeout: 120_000, hookTimeout: 120_000, expect: { poll: { timeout: 60_000 } } };

export default defineConfig({
  test: {
    // Two cores are what the smallest machines have.
    maxWorkers: 2,
    globalSetup: "test/global-setup.ts",
    // What postgres-js leaves behind in workerd when a connection ends: its reading loop finds the socket closed.
    onUnhandledError: ({ message, stack = "" }) =>
      stack.includes("postgres/cf/") && /Stream was cancelled|socket has been closed/.test(message)
        ? false
        : undefined,
    projects: [
      {
        test: {
          name: "domain",
          include: [
            "app/elsewhere.server.test.ts",
            "app/log.test.ts",
            "app/domain/**/*.test.ts",
            "app/messages/**/*.test.ts",
            "app/ui/**/*.test.ts",
            "test/architecture.test.ts",
            "test/literals.test.ts",
          ],
        },
      },
      {
        test: {
          name: "db",
          include: [
            "app/public-pages.test.ts",
            "app/db/**/*.test.ts",
            "app/middleware/**/*.test.ts",
            "app/request/**/*.test.ts",
            "scripts/**/*.test.ts",
            "bench/**/*.test.ts",
            "local/**/*.test.ts",
          ],
          ...patient,
        },
      },
      {
        plugins: [
          rememberScramKeys(),
          cloudflareTest({
            main: "./workers/snapshots/purger.ts",
            miniflare: {
              compatibilityDate: "2026-10-01",
              compatibilityFlags: ["nodejs_compat"],
              durableObjects: { PURGER: { className: "Purger", useSQLite: true } },
            },
          }),
        ],
        test: {
          name: "workerd",
          include: ["workers/**/*.test.ts"],
          ...patient,
        },
      },
      { test: { name: "site", include: ["test/site/**/*.test.ts"], isolate: false, ...patient } },
      {
        test: {
          name: "chaos",
          include: ["test/chaos/**/*.test.ts"],
          // What it does to the machine is no company for the others, nor for itself.
          sequence: { groupOrder: 1 },
          maxWorkers: 1,
          ...patient,
          testTimeout: 300_000,
        },
      },
      {
        test: {
          name: "journeys",
          include: ["test/journeys/**/*.test.ts"],
          isolate: false,
          // Without a browser every journey is skipped, and test/run.ts says so.
          setupFiles: findChromium() ? [] : ["test/without-chromium.ts"],
          ...patient,
        },
      },
    ],
  },
});
