import { clientCookie, clientUatCookies, readClientToken } from "./cookies.ts";
import { type Html, html, page, stylesheet } from "./html.ts";
import type { Instance } from "./instance.ts";
import { EMPTY, personFields, readPersonForm, typedFrom } from "./person-form.ts";
import type { Person } from "./state.ts";

/** The pages that people see: Clerk's account portal, without a line of script. */
export const hostedPages = {
  stylesheet: async () => stylesheet(),
  signIn: async (instance: Instance, request: Request) => signInPage(instance, request),
  doSignIn: ownForms(doSignIn),
  signUp: async (instance: Instance, request: Request) =>
    signUpPage(instance, redirectUrl(instance, request)),
  doSignUp: ownForms(doSignUp),
  profile: async (instance: Instance, request: Request) => profilePage(instance, request),
  saveProfile: ownForms(saveProfile),
  deleteProfile: ownForms(deleteProfile),
  signOut: ownForms(signOut),
};

type FormHandler = (instance: Instance, request: Request, form: FormData) => Promise<Response>;

/** Lets a form through only from a page of this origin, as the browser says it. */
function ownForms(handler: FormHandler) {
  return async (instance: Instance, request: Request) => {
    if (request.headers.get("Origin") !== instance.origin) {
      return new Response("This form came from another site.\n", { status: 403 });
    }
    return handler(instance, request, await request.formData());
  };
}

function signInPage(instance: Instance, request: Request): Response {
  const target = redirectUrl(instance, request);
  const current = currentPerson(instance, request);
  return page(
    { title: "Sign in", appOrigin: instance.appOrigin },
    html`${
      current &&
      html`<p class="note">You are signed in as ${fullName(current)}. <a href="${target}">Go on as ${fullName(current)}</a>, or choose somebody else.</p>`
    }
<p>Choose who you want to be. There are no passwords on this machine.</p>
<form method="post" action="/sign-in">
<input type="hidden" name="redirect_url" value="${target}">
<ul class="people">
${instance.store.people().map((person) => personButton(person, instance.notes.get(person.id)))}
</ul>
</form>
<details>
<summary>Make a new account</summary>
${signUpForm(target)}
</details>`,
  );
}

function personButton(person: Person, note: string | undefined): Html {
  const about = [note, person.username && `@${person.username}`].filter(Boolean).join(" · ");
  return html`<li><button class="person" name="person" value="${person.id}">
<span class="initials" aria-hidden="true">${initials(person)}</span>
<span class="name">${fullName(person)}</span>
<span class="about">${about || person.email}</span>
</button></li>
`;
}

async function doSignIn(instance: Instance, request: Request, form: FormData): Promise<Response> {
  const person = instance.store.person(String(form.get("person")));
  if (person === undefined) return seeOther(`${instance.origin}/sign-in`);
  return enter(instance, request, person, form);
}

function signUpPage(instance: Instance, target: string, typed = EMPTY, errors = {}): Response {
  const status = Object.keys(errors).length === 0 ? 200 : 422;
  return page(
    { title: "Make an account", appOrigin: instance.appOrigin, status },
    html`${signUpForm(target, typed, errors)}
<h2>Already here?</h2>
<p><a href="/sign-in?redirect_url=${encodeURIComponent(target)}">Sign in</a></p>`,
  );
}

function signUpForm(target: string, typed = EMPTY, errors = {}): Html {
  return html`<form method="post" action="/sign-up" class="fields">
<input type="hidden" name="redirect_url" value="${target}">
${personFields(typed, errors)}
<div><button class="button">Make the account</button></div>
</form>`;
}

async function doSignUp(instance: Instance, request: Request, form: FormData): Promise<Response> {
  const result = readPersonForm(form, instance.store);
  if ("errors" in result) {
    return signUpPage(instance, toTarget(instance, form.get("redirect_url")), result.typed, result.errors);
  }
  return enter(instance, request, await instance.createPerson(result.details), form);
}

/** Opens a session for `person` in this browser and sends it on to the app. */
function enter(instance: Instance, request: Request, person: Person, form: FormData): Response {
  const known = instance.store.clientByToken(readClientToken(request));
  const { client } = instance.store.openSession(person, known);
  const cookies = [clientCookie(client), ...clientUatCookies(instance.keys, client.uat)];
  return seeOther(toTarget(instance, form.get("redirect_url")), cookies);
}

function profilePage(instance: Instance, request: Request, typed?: typeof EMPTY, errors = {}): Response {
  const person = currentPerson(instance, request);
  if (person === undefined) return seeOther(`${instance.origin}/sign-in`);
  const status = Object.keys(errors).length === 0 ? 200 : 422;
  return page(
    { title: "Your account", appOrigin: instance.appOrigin, status },
    html`<form method="post" action="/user" class="fields">
${personFields(typed ?? typedFrom(person), errors)}
<div class="row"><button class="button">Save</button> <a class="back" href="${instance.appOrigin}/">Back to the forum</a></div>
</form>
<h2>Leave</h2>
<form method="post" action="/user/sign-out"><button class="button plain">Sign out</button></form>
<details>
<summary>Delete this account</summary>
<p>Your name and address are erased for good. What you wrote stays, without your name.</p>
<form method="post" action="/user/delete"><button class="button danger">Delete it</button></form>
</details>`,
  );
}

async function saveProfile(instance: Instance, request: Request, form: FormData): Promise<Response> {
  const person = currentPerson(instance, request);
  if (person === undefined) return seeOther(`${instance.origin}/sign-in`);
  const result = readPersonForm(form, instance.store, person);
  if ("errors" in result) return profilePage(instance, request, result.typed, result.errors);
  await instance.updatePerson(person, result.details);
  return seeOther(`${instance.origin}/user`);
}

async function deleteProfile(instance: Instance, request: Request): Promise<Response> {
  const person = currentPerson(instance, request);
  if (person !== undefined) await instance.deletePerson(person);
  return leave(instance);
}

async function signOut(instance: Instance, request: Request): Promise<Response> {
  const client = instance.store.clientByToken(readClientToken(request));
  const session = instance.store.activeSession(client);
  if (session !== undefined) instance.store.endSession(session, "ended");
  return leave(instance);
}

function leave(instance: Instance): Response {
  return seeOther(`${instance.appOrigin}/`, clientUatCookies(instance.keys, 0));
}

function currentPerson(instance: Instance, request: Request): Person | undefined {
  const session = instance.store.activeSession(instance.store.clientByToken(readClientToken(request)));
  return session && instance.store.person(session.personId);
}

function redirectUrl(instance: Instance, request: Request): string {
  return toTarget(instance, new URL(request.url).searchParams.get("redirect_url"));
}

/** Where to send people afterwards: where the app asked for, and its front page if that leads anywhere else. */
function toTarget(instance: Instance, asked: FormDataEntryValue | null): string {
  return instance.appUrl(typeof asked === "string" ? asked : null)?.href ?? `${instance.appOrigin}/`;
}

function seeOther(location: string, cookies: string[] = []): Response {
  const headers = new Headers({ Location: location, "Cache-Control": "no-store" });
  for (const cookie of cookies) headers.append("Set-Cookie", cookie);
  return new Response(null, { status: 303, headers });
}

function fullName({ firstName, lastName, username, id }: Person): string {
  return [firstName, lastName].filter(Boolean).join(" ") || username || id;
}

function initials(person: Person): string {
  const words = fullName(person).split(/\s+/);
  return [words[0], words.length > 1 ? words.at(-1) : ""]
    .map((word) => word?.[0] ?? "")
    .join("")
    .toUpperCase();
}
