import { expect } from "vitest";
import { journey } from "#test/browser.ts";
import { makeCategory, makeReply, makeThread } from "#test/forum.ts";
import { takenOver } from "./travel.ts";

journey("The browser takes every page of a member over as the server drew it", async ({ site, visit }) => {
  const author = await site.makeMember();
  const viewer = await site.makeMember({ role: "admin" });
  const category = await makeCategory(site.db);
  const thread = await makeThread(site.db, { author, category, title: "Ünïted & <b>“quoted”</b> 日本" });
  const own = await makeReply(site.db, { author: viewer, thread, body: "</script><script>1</script> & `x`" });
  const path = `/t/${thread.number}`;
  const addresses = ["/", `/c/${category}`, "/?sort=top", path, `/u/${author.handle}?show=replies`];
  addresses.push("/t/new", `${path}/replies/new?to=1&quote=true`, `${path}/replies/${own}/edit`, "/settings");
  addresses.push("/nowhere", "/c/nowhere", "/?sort=nonsense");

  const page = await visit({ as: viewer });
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    // What was asked for and is not there, the browser says itself.
    if (message.type() === "error" && !/status of 40[04]/.test(message.text()))
      complaints.push(message.text());
  });
  // A page that React does not recognise is drawn anew, into new elements. Scripts bring others along.
  await page.addInitScript(() =>
    addEventListener("DOMContentLoaded", () => {
      for (const element of document.body.querySelectorAll("*"))
        Object.assign(element, { isDrawnByServer: true });
    }),
  );
  for (const address of addresses) {
    await page.goto(address);
    await takenOver(page);
    const redrawn = await page.evaluate(() =>
      [...document.querySelectorAll("body *:not(script)")]
        .filter((element) => !("isDrawnByServer" in element))
        .map((element) => element.outerHTML),
    );
    expect.soft(redrawn, address).toEqual([]);
  }
  expect(complaints).toEqual([]);
});
