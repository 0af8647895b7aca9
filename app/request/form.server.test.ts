import { expect, test, vi } from "vitest";
import { FORM_FIELDS_MAX } from "#app/domain/limits.ts";
import { countFields, readForm } from "./form.server.ts";

const URLENCODED = "application/x-www-form-urlencoded";

const bytes = (text: string) => new TextEncoder().encode(text);
const post = (body: BodyInit, type?: string) =>
  new Request("https://forum.example.com/t/new", {
    method: "POST",
    body,
    headers: type ? { "Content-Type": type } : {},
  });

test("fields are counted by what separates them", () => {
  expect(countFields(bytes("title=A&category=b&body=c"), `${URLENCODED};charset=UTF-8`)).toBe(3);
  expect(countFields(bytes("body=R%26D"), URLENCODED)).toBe(1);
  for (const type of ["multipart/form-data; boundary=x", 'Multipart/Form-Data; boundary="x"; charset=utf-8'])
    expect(countFields(bytes("--x\r\n…\r\n--x\r\n…\r\n--x--"), type)).toBe(3);
});

test("counting ends where there are too many, so a body costs no more than one look at it", () => {
  const most = FORM_FIELDS_MAX + 1;
  expect(countFields(bytes("a&".repeat(500_000)), URLENCODED)).toBeLessThanOrEqual(most + 1);
  expect(countFields(bytes("--x\r\n".repeat(200_000)), "multipart/form-data; boundary=x")).toBe(most);
});

test("what does not say how it is separated, or says it twice, is no form", () => {
  const types = [
    "",
    "text/plain",
    "application/json",
    "multipart/form-data",
    "multipart/form-data; boundary=",
  ];
  types.push("multipart/form-data; boundary=a; boundary=b", 'multipart/form-data; boundary="a\\"b"');
  types.push(`multipart/form-data; boundary=${"x".repeat(71)}`, "multipart/form-data; boundary=\u00e9");
  for (const type of types) expect(countFields(bytes("--a\r\n"), type), type).toBeNull();
});

/** The status of what reading a body throws, and how many FormData were made of it. */
async function refusalOf(request: Request): Promise<[status: number, made: number]> {
  const made = vi.spyOn(Response.prototype, "formData");
  try {
    const thrown = await readForm(request).then(
      () => null,
      (error: { init: ResponseInit }) => error,
    );
    return [thrown?.init.status ?? 200, made.mock.calls.length];
  } finally {
    made.mockRestore();
  }
}

test("a body with too many fields is refused before any of them is read", async () => {
  const parts = new FormData();
  for (let at = 0; at <= FORM_FIELDS_MAX; at += 1) parts.append("a", "");
  expect(await refusalOf(post("a&".repeat(500_000), URLENCODED))).toEqual([400, 0]);
  expect(await refusalOf(post("&".repeat(1_000_000), URLENCODED))).toEqual([400, 0]);
  expect(await refusalOf(post(parts))).toEqual([400, 0]);
  expect(await refusalOf(post("{}", "application/json"))).toEqual([400, 0]);
  expect(await refusalOf(post("--x\r\n\r\na", "multipart/form-data; boundary=x"))).toEqual([400, 1]);
});

test("a form is read in both encodings, and its body stays to be read", async () => {
  const parts = new FormData();
  parts.set("body", "R&D –\r\n--x");
  for (const request of [post(parts), post(new URLSearchParams({ body: "R&D –\r\n--x" }))]) {
    expect((await readForm(request)).get("body")).toBe("R&D –\r\n--x");
    expect(request.bodyUsed).toBe(false);
  }
});
