import { globSync, readFileSync } from "node:fs";
import ts from "typescript";
import { expect, test } from "vitest";

/** Attributes that are read to people, or out to them. */
const READ_ATTRIBUTES =
  /^(aria-(label|description|placeholder|roledescription|valuetext)|title|alt|placeholder|label|legend|hint|description|button|content)$/;

/** What is language: two letters beside each other. "#", "·" and "→" are none. */
const LETTERS = /\p{L}{2}/u;

/** A sentence, or what begins or ends like one: what a rule of the forum would have to say. */
const SENTENCE = /^\p{Lu}[\p{L}’']* \p{L}|^\p{Lu}\p{L}+[.!?]$|\p{L} \p{L}+[.!?:]$/u;

type Found = { at: string; text: string };

/** Walks through a file, and gathers what `look` says is language. */
function literalsIn(
  file: string,
  look: (node: ts.Node) => string | null,
  text = readFileSync(file, "utf8"),
): Found[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: Found[] = [];
  const visit = (node: ts.Node): void => {
    const said = look(node);
    if (said !== null) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push({ at: `${file}:${line + 1}`, text: said.trim() });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The text of a string or of the pieces of a template, or null for what is neither. */
function textOf(node: ts.Node): string | null {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return null;
  return [node.head, ...node.templateSpans.map(({ literal }) => literal)].map(({ text }) => text).join(" ");
}

/** The expressions that an expression may come to: both sides of a choice, and what stands beside `&&`, `||`, `??` and `+`. */
function outcomes(node: ts.Node | undefined): ts.Node[] {
  if (!node) return [];
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) return outcomes(node.expression);
  if (ts.isConditionalExpression(node)) return [...outcomes(node.whenTrue), ...outcomes(node.whenFalse)];
  if (ts.isBinaryExpression(node)) {
    const { kind } = node.operatorToken;
    const right = outcomes(node.right);
    if (kind === ts.SyntaxKind.AmpersandAmpersandToken) return right;
    return EITHER.has(kind) ? [...outcomes(node.left), ...right] : [];
  }
  return [node];
}

const EITHER = new Set([
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.QuestionQuestionToken,
  ts.SyntaxKind.PlusToken,
]);

/** What JSX shows to people: text, strings among the children, and attributes that are read. */
function shownText(node: ts.Node): string | null {
  if (ts.isJsxText(node)) return LETTERS.test(node.text) ? node.text : null;
  if (ts.isJsxExpression(node)) {
    const { parent } = node;
    const isRead = ts.isJsxAttribute(parent) ? READ_ATTRIBUTES.test(parent.name.getText()) : true;
    const texts = outcomes(node.expression).map((each) => textOf(each) ?? "");
    return isRead ? (texts.find((text) => LETTERS.test(text)) ?? null) : null;
  }
  const isPlain = ts.isJsxAttribute(node) && node.initializer && ts.isStringLiteral(node.initializer);
  if (!isPlain || !READ_ATTRIBUTES.test(node.name.getText())) return null;
  const text = textOf(node.initializer as ts.Node) ?? "";
  // What search engines are told of a page's kind is a word of theirs.
  const isOfProtocol = node.name.getText() === "content" && /^(article|website|width=|light dark)/.test(text);
  return LETTERS.test(text) && !isOfProtocol ? text : null;
}

/** A sentence in plain code. What is thrown as an `Error`, or written to the log, is for whoever runs the forum. */
function sentence(node: ts.Node): string | null {
  const text = textOf(node);
  if (text === null || !SENTENCE.test(text.trim()) || isForOperators(node)) return null;
  const { parent } = node;
  const isName = ts.isPropertyAssignment(parent) && parent.name === node;
  return isName ? null : text;
}

function isForOperators(node: ts.Node): boolean {
  for (let { parent } = node; parent; parent = parent.parent) {
    const isError = ts.isNewExpression(parent) && /Error$/.test(parent.expression.getText());
    const isLogged = ts.isCallExpression(parent) && /^(log|attempt)$/.test(parent.expression.getText());
    if (isError || isLogged || ts.isTaggedTemplateExpression(parent)) return true;
  }
  return false;
}

/** What speaks to Postgres, to Clerk's webhooks, and, when types are checked, to translators. */
const FOR_MACHINES = /^(app\/db\/|workers\/gateway\/clerk-events\.ts$|app\/messages\/catalogue\.ts$)/;

const files = (pattern: string) =>
  globSync(pattern).filter(
    (file) => !/\.test\.tsx?$/.test(file) && !/^app\/messages\/(en|de)\.ts$/.test(file),
  );

test("literals are found where they are", () => {
  const look = (code: string) => literalsIn("a.tsx", shownText, code).map(({ text }) => text);
  expect(look("<p>Some words</p>")).toEqual(["Some words"]);
  expect(look("<p>{is ? 'Some' : `words`}</p>")).toEqual(["Some"]);
  expect(look("<p>{is && 'Some words'}</p>")).toEqual(["Some words"]);
  expect(look("<p aria-label='Some' title={`words`} />")).toEqual(["Some", "words"]);
  expect(look(`<p title={\`words \${x}\`} />`)).toEqual(["words"]);
  expect(look("<p className='some words'>{x} · #{t('some.words')}</p>")).toEqual([]);
  const said = (code: string) => literalsIn("a.ts", sentence, code).map(({ text }) => text);
  expect(said("const a = ['There is none.', 'Saved.', `Up to it.`]")).toHaveLength(3);
  expect(said("throw new Error('There is none.')")).toEqual([]);
  expect(said("const a = ['thread-locked', 'Content-Type', 'select', 'en-GB']")).toEqual([]);
});

test("no component has words of its own", () => {
  const components = files("app/**/*.tsx");
  expect(components.length).toBeGreaterThan(25);
  expect(components.flatMap((file) => literalsIn(file, shownText))).toEqual([]);
});

test("no rule, route or refusal has words of its own: each has a message", () => {
  const speaking = files("{app,workers}/**/*.{ts,tsx}").filter((file) => !FOR_MACHINES.test(file));
  expect(speaking.length).toBeGreaterThan(80);
  expect(speaking.flatMap((file) => literalsIn(file, sentence))).toEqual([]);
});
