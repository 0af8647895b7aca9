import { globSync, readFileSync } from "node:fs";
import { type DefaultTreeAdapterTypes, parse } from "parse5";

export type Element = DefaultTreeAdapterTypes.Element;
type Node = DefaultTreeAdapterTypes.ChildNode | DefaultTreeAdapterTypes.Document;

/** Every element of a page, in its order, as a browser would build it. */
export function elementsOf(html: string): Element[] {
  const found: Element[] = [];
  const visit = (node: Node) => {
    if ("tagName" in node) found.push(node);
    if ("content" in node) visit(node.content as unknown as Node);
    if ("childNodes" in node) for (const child of node.childNodes) visit(child);
  };
  visit(parse(html));
  return found;
}

export function attribute(element: Element, name: string): string | null {
  return element.attrs.find((each) => each.name === name)?.value ?? null;
}

/** The text of an element, as it would be read. */
export function textOf(element: Element): string {
  const read = (node: Node): string =>
    node.nodeName === "#text" && "value" in node
      ? node.value
      : "childNodes" in node
        ? node.childNodes.map(read).join("")
        : "";
  return read(element);
}

export type FormOnPage = { action: string; method: string; fields: [name: string, value: string][] };

/** The forms of a page as a browser without JavaScript would send them untouched. */
export function formsOf(html: string): FormOnPage[] {
  const forms = elementsOf(html).filter(({ tagName }) => tagName === "form");
  return forms.map((form) => ({
    action: attribute(form, "action") ?? "",
    method: attribute(form, "method") ?? "get",
    fields: descendants(form).flatMap(fieldOf),
  }));
}

/** What the form of a page that goes to `action` is filled in with. */
export function fieldsOf(html: string, action: string): Record<string, string> {
  const form = formsOf(html).find((each) => each.action === action);
  return Object.fromEntries(form?.fields ?? []);
}

function descendants(element: Element): Element[] {
  return element.childNodes.flatMap((child) => ("tagName" in child ? [child, ...descendants(child)] : []));
}

function fieldOf(element: Element): [string, string][] {
  const name = attribute(element, "name");
  if (!name) return [];
  if (element.tagName === "textarea") return [[name, textOf(element)]];
  if (element.tagName === "select") {
    const chosen = descendants(element).find((option) => attribute(option, "selected") !== null);
    return [[name, chosen ? (attribute(chosen, "value") ?? "") : ""]];
  }
  if (element.tagName !== "input") return [];
  const isChoice = attribute(element, "type") === "radio";
  return isChoice && attribute(element, "checked") === null
    ? []
    : [[name, attribute(element, "value") ?? ""]];
}

/** Everything that the forum's pages are made of. What is not listed came from somewhere else. */
const ELEMENTS = new Set(
  (
    "html head meta title link body a header nav main article section aside footer h1 h2 h3 h4 h5 h6 p span div " +
    "ul ol li dl dt dd time progress details summary form label input textarea select option button fieldset legend " +
    "svg path img em strong s mark code pre blockquote br hr table thead tbody tr th td"
  ).split(" "),
);

const ATTRIBUTES = new Set(
  (
    "lang dir id class href rel type charset name content property title datetime role tabindex start checked disabled " +
    "for value method action formaction autofocus rows selected readonly autocomplete src alt width height loading viewbox d fill opacity " +
    "nonce crossorigin as integrity popover popovertarget accept formenctype max maxlength hidden open decoding"
  ).split(" "),
);

const ADDRESSES = new Set(["href", "src", "action", "formaction", "data", "poster", "xlink:href"]);

/**
 * What a page holds that the forum never writes, or that could run: foreign elements and attributes, handlers, styles
 * other than the stylesheet, scripts without this response's nonce, addresses that are no web addresses. Empty for a page
 * that is inert.
 */
export function foreignParts(html: string, nonce: string | null = null): string[] {
  return elementsOf(html).flatMap((element) => {
    const { tagName, attrs } = element;
    if (tagName === "script")
      return nonce && attribute(element, "nonce") === nonce
        ? []
        : [`<script>${textOf(element).slice(0, 60)}`];
    if (tagName === "style") return isOurStyle(element) ? [] : [`<style>${textOf(element).slice(0, 60)}`];
    const problems = ELEMENTS.has(tagName) ? [] : [`<${tagName}>`];
    for (const { name, value } of attrs) {
      const isKnown = ATTRIBUTES.has(name.toLowerCase()) || /^(aria|data)-[a-z-]+$/.test(name);
      if (!isKnown) problems.push(`<${tagName} ${name}="${value.slice(0, 60)}">`);
      if (ADDRESSES.has(name) && !isWebAddress(value)) problems.push(`<${tagName} ${name}="${value}">`);
    }
    return problems;
  });
}

/** The stylesheet, whole, in the head. */
function isOurStyle(element: Element): boolean {
  const isInHead = element.parentNode?.nodeName === "head";
  return isInHead && element.attrs.length === 0 && textOf(element) === builtStylesheet();
}

/** The stylesheet as the build wrote it for browsers: the text that readers' pages carry, and the end of a line. */
export function builtStylesheet(): string {
  const [file = "", ...others] = globSync("build/client/assets/*.css");
  if (others.length > 0) throw new Error(`There is more than one stylesheet: ${others}`);
  return readFileSync(file, "utf8").trimEnd();
}

/** Read as a browser reads it: `java\nscript:` is a scheme too. */
function isWebAddress(value: string): boolean {
  const url = URL.parse(value, "http://this.invalid/");
  return url !== null && ["http:", "https:", "mailto:"].includes(url.protocol);
}
