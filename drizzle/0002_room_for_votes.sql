-- A vote changes a number of a reply. Where the reply's page has room for the new version, no index is written.
-- New pages keep a tenth free for it; those that are there stay as they are.
ALTER TABLE "thread_replies" SET (fillfactor = 90);
