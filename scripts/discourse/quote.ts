import { type OldForum, pathOfPost } from "./links.ts";
import { blockquote, escapeMarkdown, linkTo } from "./markdown-text.ts";

/** A quote that says whose it is, with a link where what is quoted came along. */
export function quoteOf(
  said: { name: string; post: number; topic: number },
  text: string,
  forum: OldForum,
): string {
  const name = said.name.trim();
  if (name === "") return blockquote(text);
  const path = pathOfPost(forum, said.topic, said.post || 1);
  const wrote = path ? linkTo("wrote", path) : "wrote";
  return blockquote(
    `**${escapeMarkdown(forum.handles.get(name.toLowerCase()) ?? name)}** ${wrote}:\n\n${text.trim()}`,
  );
}
