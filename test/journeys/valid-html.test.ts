import { expect } from "vitest";
import { findJava } from "#local/programs.ts";
import { hardJourney } from "./hard-forum.ts";
import { MEMBERS_SCENES, READERS_SCENES } from "./scenes.ts";
import { invalidities, watchDocument } from "./valid-html.ts";

// Without JavaScript each state is a document that the server sent.
hardJourney.skipIf(!findJava())("every page is valid HTML", async ({ site, forum, visit }) => {
  const documents = new Map<string, string>();
  for (const scene of [...READERS_SCENES, ...MEMBERS_SCENES]) {
    const page = await visit({ as: scene.as && forum[scene.as], javaScriptEnabled: false });
    const documentOf = watchDocument(page);
    try {
      await scene.go(page, forum, site);
      documents.set(`${scene.name} for ${scene.as ?? "a reader"}`, await documentOf());
    } finally {
      await scene.after?.(site);
      await page.close();
    }
  }
  expect(await invalidities(documents)).toEqual([]);
});
