import type { TestMember } from "#test/people.ts";
import type { Site } from "#test/site.ts";
import { type FormOnPage, formsOf } from "./page.ts";

export type Visit = { url: URL; status: number; text: string };

const REDIRECTS_MAX = 10;

/**
 * Somebody with a browser without JavaScript: keeps cookies, follows redirects between the forum and Clerk, and
 * sends the forms of the pages that it sees.
 */
export function newVisitor(site: Site, cookies: Record<string, string> = {}) {
  const jar = new Map(Object.entries(cookies));

  async function ask(url: URL, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("Cookie", [...jar].map(([name, value]) => `${name}=${value}`).join("; "));
    headers.set("Accept", "text/html");
    headers.set("Sec-Fetch-Dest", "document");
    const answer = await fetch(url, { ...init, headers, redirect: "manual" });
    for (const line of answer.headers.getSetCookie()) keep(line);
    return answer;
  }

  function keep(line: string): void {
    const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
    const name = pair.slice(0, pair.indexOf("="));
    const value = pair.slice(pair.indexOf("=") + 1);
    if (value === "" || attributes.some((each) => /^max-age=0$/i.test(each))) jar.delete(name);
    else jar.set(name, value);
  }

  async function follow(url: URL, first: Response): Promise<Visit> {
    let at = url;
    let answer = first;
    for (let redirects = 0; answer.headers.has("Location"); redirects += 1) {
      if (redirects === REDIRECTS_MAX) throw new Error(`The redirects from ${url} have no end.`);
      at = new URL(answer.headers.get("Location") ?? "", at);
      answer = await ask(at, { headers: { "Sec-Fetch-Site": "same-origin" } });
    }
    return { url: at, status: answer.status, text: await answer.text() };
  }

  const visitor = {
    jar,

    async open(path: string): Promise<Visit> {
      const url = new URL(path, site.origin);
      return follow(url, await ask(url, { headers: { "Sec-Fetch-Site": "none" } }));
    },

    /** Sends the form of a page that goes to `action`, filled in with `typed`. */
    async send(page: Visit, action: string, typed: Record<string, string> = {}): Promise<Visit> {
      const form = formsOf(page.text).find((each) => new URL(each.action, page.url).pathname === action);
      if (!form) throw new Error(`No form on ${page.url} goes to ${action}.`);
      const url = new URL(form.action, page.url);
      const headers = { Origin: page.url.origin, "Sec-Fetch-Site": "same-origin" };
      return follow(url, await ask(url, { method: "POST", body: filledIn(form, typed), headers }));
    },

    /** Chooses a person on Clerk's page, which must be the one that is open. */
    async signIn(page: Visit, person: TestMember): Promise<Visit> {
      if (page.url.origin !== site.clerk.origin) throw new Error(`${page.url} is no page of Clerk's.`);
      return visitor.send(page, "/sign-in", { person: person.id });
    },
  };
  return visitor;
}

function filledIn(form: FormOnPage, typed: Record<string, string>): URLSearchParams {
  const fields = new URLSearchParams(form.fields);
  for (const [name, value] of Object.entries(typed)) fields.set(name, value);
  return fields;
}
