import type { Catalogue, Plural, Text } from "./catalogue.ts";

const PLAIN = "AaBbCcDdEeFfGgHhIiJjKkLlMmNnOoPpQqRrSsTtUuVvWwXxYyZz";
const ACCENTED = "ÅåƁƀÇçÐðÉéƑƒĜĝĦħÎîĴĵĶķĻļṀḿÑñÖöÞþɊɋŔŕŠšŢţÛûṼṽŴŵẊẋÝýŽž";

/** How much longer a text becomes: German takes about a third more than English, short labels up to half. */
const LONGER = 0.4;

/** A catalogue in disguise: accents on each letter, 40 % more of them, and brackets to show where a text is cut. */
export function disguise(catalogue: Catalogue): Catalogue {
  const texts = Object.entries(catalogue).map(([key, text]) => [key, disguised(text)]);
  return Object.fromEntries(texts) as Catalogue;
}

function disguised(text: Text): Text {
  if (typeof text === "string") return `[${accented(text)}${padding(text)}]`;
  return Object.fromEntries(Object.entries(text).map(([form, each]) => [form, disguised(each)])) as Plural;
}

/** Names in braces and tags stay as they are. */
function accented(text: string): string {
  return text.replace(/\{\w+\}|<\/?\w+>|[A-Za-z]/g, (piece) => {
    const at = piece.length === 1 ? PLAIN.indexOf(piece) : -1;
    return at < 0 ? piece : (ACCENTED[at] ?? piece);
  });
}

/** Words to make up the length, which may wrap as those of a language do. */
function padding(text: string): string {
  const length = Math.ceil(text.replace(/\{\w+\}|<\/?\w+>/g, "").length * LONGER);
  return ` ${"ôñé ţŵö ţħŕéé ƒöûŕ ƒîṽé šîẋ šéṽéñ éîĝħţ ñîñé ţéñ ".repeat(3).slice(0, length)}`.trimEnd();
}
