import { sql } from "drizzle-orm";
import { expect } from "vitest";
import { newHandle } from "#test/people.ts";
import { bothWays, button, heading, open, openMenu } from "./travel.ts";

bothWays("A member changes their handle, colours and dates", async ({ site, visit }) => {
  const ada = await site.makeMember();
  const grace = await site.makeMember();
  const handle = newHandle();
  const page = await visit({ as: ada });
  await open(page, "/");
  await openMenu(page);
  await page.getByRole("link", { name: "Settings" }).click();
  await heading(page, "Settings").waitFor();
  expect(await page.locator("html").getAttribute("data-scheme")).toBe("system");
  expect(await page.getByLabel("Handle").inputValue()).toBe(ada.handle);

  await page.getByLabel("Handle").fill(grace.handle.toUpperCase());
  await page.getByLabel("Dark", { exact: true }).check();
  await page.getByLabel(/^Date and time/).check();
  await button(page, "Save").click();
  await page.getByRole("alert").waitFor();
  expect(await page.getByLabel("Handle").inputValue()).toBe(grace.handle.toUpperCase());
  expect(await page.locator("#handle-error").textContent()).toBe("Somebody else has this handle already.");
  expect(await page.getByLabel("Dark", { exact: true }).isChecked()).toBe(true);

  await page.getByLabel("Handle").fill(handle);
  await button(page, "Save").click();
  await page.getByRole("status").waitFor();
  expect(await page.getByRole("status").textContent()).toBe("Saved.");
  expect(await page.locator("html").getAttribute("data-scheme")).toBe("dark");
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe("dark");
  const rows = await site.db.execute(sql`
    select handle, color_scheme, date_style from members where user_id = ${ada.id}`);
  expect(rows).toEqual([{ handle, color_scheme: "dark", date_style: "absolute" }]);

  await openMenu(page);
  await page.getByRole("link", { name: handle }).click();
  await heading(page, handle).waitFor();
  expect(await page.locator("main time").first().textContent()).toMatch(/^\d+ \w+ \d{4}, \d\d:\d\d UTC$/);
});
