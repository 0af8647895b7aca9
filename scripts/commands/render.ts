import type { Command } from "commander";
import { withForum } from "../database-url.ts";
import { INTERRUPTED, interruptible } from "../interruptible.ts";
import { forumPictures } from "../pictures-key.ts";
import { Problem } from "../problem.ts";
import { count, withProgress } from "../progress.ts";
import type { RenderReport } from "../render.ts";

/** `render`: makes the HTML of stored posts anew. */
export function addRenderCommand(program: Command): void {
  program
    .command("render")
    .description("Render posts anew that an older version of the forum has rendered.")
    .option("--all", "every post, as after a change of PICTURES_KEY", false)
    .option("--links", "without PICTURES_KEY: pictures of other hosts become links", false)
    .addHelpText(
      "after",
      `
Ctrl-C stops it after a batch; run it again and it goes on. Pages that are kept are dropped once, at its end. Members may
write meanwhile.

Examples:
  npm run forum -- render
  PICTURES_KEY=… npm run forum -- render --all`,
    )
    .action(async ({ all, links }: { all: boolean; links: boolean }) => {
      const show = links ? null : await forumPictures();
      if (!links && !show)
        throw new Problem(
          "Set PICTURES_KEY to the forum's, or say --links to make links of pictures of other hosts.",
        );
      // Loaded when it is wanted, so that the other commands start without it.
      const { renderPosts } = await import("../render.ts");
      const which = all ? "all" : "older";
      const report = await withForum(({ db }) =>
        interruptible((isStopped) =>
          withProgress("posts", (onProgress) => renderPosts(db, { which, show, isStopped, onProgress })),
        ),
      );
      for (const line of describeRendering(report)) console.log(line);
      if (report.left > 0) process.exitCode = INTERRUPTED;
    });
}

/** What was rendered, line by line. */
export function describeRendering({ rendered, changed, left }: RenderReport): string[] {
  const lines = [
    `Rendered: ${count(rendered, "post")}, of which ${changed.toLocaleString("en")} came out otherwise.`,
  ];
  if (left > 0) lines.push(`Stopped: ${count(left, "post")} left. Run the same command again to go on.`);
  return lines;
}
