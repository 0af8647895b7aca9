import { z } from "zod";
import { type Html, html } from "./html.ts";
import type { Person, PersonDetails, Store } from "./state.ts";

// As Clerk: a name is at most 50 characters, a username 4 to 64 of Latin letters, digits, `-` and `_`.
const NAME = z.string().trim().max(50, "A name has at most 50 characters.");
const USERNAME = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^([a-z0-9_-]{4,64})?$/, "A username has 4 to 64 letters, digits, hyphens or underscores.");

const PersonForm = z.object({
  first_name: NAME.min(1, "Enter a first name."),
  last_name: NAME,
  username: USERNAME,
  email: z.email("Enter an email address, like ada@example.com.").trim().max(254),
});

export type Typed = Record<keyof z.infer<typeof PersonForm>, string>;
export type Errors = Partial<Record<keyof Typed, string>>;

type Result = { details: PersonDetails } | { typed: Typed; errors: Errors };

/** Reads the form. Usernames and addresses belong to one person each; `self` may keep their own. */
export function readPersonForm(form: FormData, store: Store, self?: Person): Result {
  const typed = Object.fromEntries(
    Object.keys(PersonForm.shape).map((name) => [name, String(form.get(name) ?? "")]),
  ) as Typed;
  const parsed = PersonForm.safeParse(typed);
  const errors: Errors = {};
  for (const issue of parsed.error?.issues ?? []) errors[issue.path[0] as keyof Typed] ??= issue.message;
  if (!parsed.success) return { typed, errors };
  const { first_name, last_name, username, email } = parsed.data;
  const others = store.people().filter((person) => person.id !== self?.id);
  if (others.some((person) => person.email?.toLowerCase() === email.toLowerCase())) {
    errors.email = "Somebody here already has this address.";
  }
  if (username && others.some((person) => person.username === username)) {
    errors.username = "This username is taken.";
  }
  if (Object.keys(errors).length > 0) return { typed, errors };
  return {
    details: { firstName: first_name, lastName: last_name || null, username: username || null, email },
  };
}

export function typedFrom(person: Person): Typed {
  return {
    first_name: person.firstName ?? "",
    last_name: person.lastName ?? "",
    username: person.username ?? "",
    email: person.email ?? "",
  };
}

export const EMPTY: Typed = { first_name: "", last_name: "", username: "", email: "" };

/** The four fields, with what was typed and what is wrong with it. */
export function personFields(typed: Typed, errors: Errors = {}): Html[] {
  return [
    field("first_name", "First name", typed, errors, { autocomplete: "given-name", required: true }),
    field("last_name", "Last name", typed, errors, { autocomplete: "family-name" }),
    field("username", "Username", typed, errors, { autocomplete: "username" }),
    field("email", "Email address", typed, errors, { autocomplete: "email", required: true, type: "email" }),
  ];
}

function field(
  name: keyof Typed,
  label: string,
  typed: Typed,
  errors: Errors,
  { autocomplete, required, type = "text" }: { autocomplete: string; required?: boolean; type?: string },
): Html {
  const error = errors[name];
  return html`<div>
<label for="${name}">${label} ${!required && html`<small>(optional)</small>`}</label>
<input id="${name}" name="${name}" type="${type}" value="${typed[name]}" autocomplete="${autocomplete}"${
    required && html` required`
  }${error !== undefined && html` aria-invalid="true" aria-describedby="${name}-error"`}>
${error !== undefined && html`<p class="error" id="${name}-error">${error}</p>`}
</div>
`;
}
