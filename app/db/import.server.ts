import { sql } from "drizzle-orm";
import type { Database } from "./client.server.ts";
import { EVENTS, eventOf, recordEvents, write } from "./write.server.ts";

/**
 * Says that much was written at once, past the statements of the nouns: every page may be another now. To be called
 * once, after the last row. One statement.
 */
export async function finishImport(db: Database): Promise<void> {
  await write(
    db,
    sql`with ${recordEvents(eventOf("import-finished", {}, sql``))} select null as refusal, ${EVENTS}`,
  );
}
