import { expect, test } from "vitest";
import { clearClerkCookies, cookieName, ownCookie, readCookies, sessionToken } from "./cookies.server.ts";

const HTTPS = "https://forum.example.com";
const HTTP = "http://localhost:8787";
const sent = (Cookie: string) => new Request(HTTPS, { headers: { Cookie } });

test("on https a cookie of ours is for this host and for https alone, and says so in its name", () => {
  expect(ownCookie("wrote", "17", HTTPS, 120)).toBe(
    "__Host-wrote=17; Max-Age=120; Path=/; HttpOnly; Secure; SameSite=Lax",
  );
  expect(cookieName("wrote", HTTPS)).toBe("__Host-wrote");
});

test("on http, where browsers would refuse that, it has its bare name", () => {
  expect(ownCookie("wrote", "17", HTTP, 120)).toBe("wrote=17; Max-Age=120; Path=/; HttpOnly; SameSite=Lax");
  expect(cookieName("wrote", HTTP)).toBe("wrote");
});

test("what is no cookie is left out, and of two with one name the first counts", () => {
  expect(readCookies(sent("=; ;;; a; b=1; b=2; c=%E0%A4%A; d=x%20y"))).toMatchObject({
    b: "1",
    c: "%E0%A4%A",
    d: "x y",
  });
  expect(readCookies(new Request(HTTPS))).toEqual({});
});

test("Clerk's cookies go under the names that Clerk gave them, and no others", () => {
  const request = sent(
    "__session=a; __session_x1-Y=b; __client_uat=1; held=c; __clerk_db_jwt=d; __sessions=e",
  );
  expect(clearClerkCookies(request, HTTPS)).toEqual([
    "__session=; Max-Age=0; Path=/; Secure; SameSite=Lax",
    "__session_x1-Y=; Max-Age=0; Path=/; Secure; SameSite=Lax",
    "__client_uat=; Max-Age=0; Path=/; Secure; SameSite=Lax",
  ]);
  expect([sessionToken(request), sessionToken(sent("a=b"))]).toEqual(["a", null]);
});
