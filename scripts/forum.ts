import { Command } from "commander";
import { addCategoryCommands } from "./commands/category.ts";
import { addCompareCommand } from "./commands/compare.ts";
import { addGenerateCommand } from "./commands/generate.ts";
import { addImportCommands } from "./commands/import.ts";
import { addRenderCommand } from "./commands/render.ts";
import { addResyncCommand } from "./commands/resync.ts";
import { addRoleCommand } from "./commands/role.ts";
import { addSuspensionCommands } from "./commands/suspension.ts";
import { addVerifyCommand } from "./commands/verify.ts";
import { reportFailure } from "./problem.ts";

const program = new Command("npm run forum --")
  .description("The operator's commands.")
  .showHelpAfterError("(--help says more)")
  .addHelpText(
    "after",
    `
Which forum: the one whose database DATABASE_URL (or DATABASE_URL_UNPOOLED) names; without either, the one that
\`npm start\` runs on this machine.

Examples:
  npm run forum -- role ada admin
  npm run forum -- category add support Support --description "Questions and answers"
  npm run forum -- import discourse export.ndjson.gz --category 10=Support
  npm run forum -- verify`,
  );

addImportCommands(program);
addGenerateCommand(program);
addVerifyCommand(program);
addCompareCommand(program);
addRenderCommand(program);
addResyncCommand(program);
addRoleCommand(program);
addSuspensionCommands(program);
addCategoryCommands(program);

try {
  await program.parseAsync();
} catch (error) {
  reportFailure(error);
}
