import { timingSafeEqual } from "node:crypto";
import { clerkError, deletedPersonJson, personJson, sessionJson } from "./clerk-json.ts";
import type { Instance } from "./instance.ts";
import type { Person } from "./state.ts";
import { publicKeySet } from "./tokens.ts";

type Params = Record<string, string | undefined>;

/** What a server that knows the secret key asks of Clerk. */
export const backendApi = {
  listPeople: guarded(listPeople),
  countPeople: guarded(countPeople),
  getPerson: guarded(getPerson),
  deletePerson: guarded(deletePerson),
  getSession: guarded(getSession),
  revokeSession: guarded(revokeSession),
  keySet: guarded((instance) => publicKeySet(instance.keys).then((keys) => Response.json(keys))),
};

type Handler = (instance: Instance, request: Request, params: Params) => Promise<Response>;

function guarded(handler: Handler): Handler {
  return async (instance, request, params) => {
    const given = Buffer.from(request.headers.get("Authorization") ?? "");
    const wanted = Buffer.from(`Bearer ${instance.store.secretKey}`);
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
      return clerkError(401, "clerk_key_invalid", "The secret key is not this instance's");
    }
    return handler(instance, request, params);
  };
}

// Clerk's own: 10 a page unless asked for, and never more than 500.
const DEFAULT_PAGE = 10;
const LARGEST_PAGE = 500;

async function listPeople(instance: Instance, request: Request): Promise<Response> {
  const query = new URL(request.url).searchParams;
  const people = matching(instance, query).sort(byOrder(query.get("order_by") ?? "-created_at"));
  const offset = whole(query.get("offset"), 0);
  const limit = Math.min(whole(query.get("limit"), DEFAULT_PAGE), LARGEST_PAGE);
  return Response.json(people.slice(offset, offset + limit).map(personJson));
}

async function countPeople(instance: Instance, request: Request): Promise<Response> {
  const count = matching(instance, new URL(request.url).searchParams).length;
  return Response.json({ object: "total_count", total_count: count });
}

function matching(instance: Instance, query: URLSearchParams): Person[] {
  const ids = query.getAll("user_id");
  return instance.store.people().filter(({ id }) => ids.length === 0 || ids.includes(id));
}

function byOrder(order: string): (a: Person, b: Person) => number {
  const direction = order.startsWith("-") ? -1 : 1;
  const key = order.endsWith("updated_at") ? "updatedAt" : "createdAt";
  return (a, b) => direction * (a[key] - b[key] || (a.id < b.id ? -1 : 1));
}

function whole(text: string | null, fallback: number): number {
  const number = Number(text ?? fallback);
  return Number.isInteger(number) && number >= 0 ? number : fallback;
}

async function getPerson(instance: Instance, _request: Request, { id = "" }: Params): Promise<Response> {
  const person = instance.store.person(id);
  return person === undefined ? notFound() : Response.json(personJson(person));
}

async function deletePerson(instance: Instance, _request: Request, { id = "" }: Params): Promise<Response> {
  const person = instance.store.person(id);
  if (person === undefined) return notFound();
  await instance.deletePerson(person);
  return Response.json(deletedPersonJson(person));
}

async function getSession(instance: Instance, _request: Request, { id = "" }: Params): Promise<Response> {
  const session = instance.store.session(id);
  return session === undefined ? notFound() : Response.json(sessionJson(session));
}

async function revokeSession(instance: Instance, _request: Request, { id = "" }: Params): Promise<Response> {
  const session = instance.store.session(id);
  if (session === undefined) return notFound();
  return Response.json(sessionJson(instance.store.endSession(session, "revoked")));
}

function notFound(): Response {
  return clerkError(404, "resource_not_found", "Not found");
}
