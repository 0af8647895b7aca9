import type { en } from "./en.ts";

/** A text with a form for each plural of its language (Unicode CLDR), chosen by `{count}`. */
export type Plural = { readonly other: string } & {
  readonly [Form in Exclude<Intl.LDMLPluralRule, "other">]?: string;
};

export type Text = string | Plural;

/** Each text by its key, in one language. */
export type Catalogue = Readonly<Record<Key, Text>>;

/** The key of a text: `thread.locked`. */
export type Key = keyof typeof en;

/** Every form of a text. */
type Forms<T extends Text> = T extends Plural ? Extract<T[keyof T], string> : T;

/** The names that stand in braces, as `{name}`. */
type Placeholder<T> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | Placeholder<Rest> : never;

/** The names of the elements, as `<name>…</name>`. */
export type Tag<T> = T extends `${string}</${infer Name}>${infer Rest}` ? Name | Tag<Rest> : never;

/** What is put into a text. Numbers are written as its language writes them. */
type Values<T extends Text> = {
  readonly [Name in Placeholder<Forms<T>>]: string | number;
} & (T extends Plural ? { readonly count: number } : unknown);

type IsPlain<T extends Text> = [Placeholder<Forms<T>>] extends [never]
  ? T extends Plural
    ? false
    : true
  : false;

/** The keys of texts without elements in them: those that are strings. */
export type TextKey = { [K in Key]: [Tag<Forms<(typeof en)[K]>>] extends [never] ? K : never }[Key];

/** The keys of texts into which nothing is put. */
export type PlainKey = Extract<Message, string>;

/** What a text needs beside its key: nothing, or one object. */
export type ValuesOf<K extends Key> =
  IsPlain<(typeof en)[K]> extends true ? [] : [values: Values<(typeof en)[K]>];

/** What a text with elements in it needs: a node for each name in braces, and a function for each element. */
export type PartsOf<K extends Key, Node> = {
  readonly [Name in Placeholder<Forms<(typeof en)[K]>>]: Node;
} & { readonly [Name in Tag<Forms<(typeof en)[K]>>]: (content: Node) => Node };

/** A text that is yet to be put into words, in whatever language its reader has: its key, and what is put in. */
export type Message = {
  [K in TextKey]: IsPlain<(typeof en)[K]> extends true
    ? K
    : readonly [key: K, values: Values<(typeof en)[K]>];
}[TextKey];

/** Complains where a translation has a key too many, or a text with other names than its English one. */
type Translated<T> = {
  [K in keyof T]: K extends Key
    ? T[K] extends Text
      ? SameNames<T[K], (typeof en)[K]> extends true
        ? T[K]
        : "The names in braces or tags are not those of the English text"
      : never
    : "There is no such English text";
};

type Names<T extends Text> = Placeholder<Forms<T>> | `<${Tag<Forms<T>>}>`;

type SameNames<A extends Text, B extends Text> = [Names<A>, Names<B>] extends [Names<B>, Names<A>]
  ? true
  : false;

/** The texts of another language: every key of the English ones, each with the same names in it. */
export function translation<const T extends Catalogue>(texts: T & Translated<T>): Catalogue {
  return texts;
}
