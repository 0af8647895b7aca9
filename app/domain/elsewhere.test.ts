import fc from "fast-check";
import { expect, test } from "vitest";
import { INSIDE_ADDRESSES, INSIDE_HOSTS } from "#test/inside-addresses.ts";
import { ELSEWHERE_ADDRESS_MAX, elsewherePath, parseElsewherePath, publicAddress } from "./elsewhere.ts";

const SIGNATURE = "abcdefghijklmnopqrst-_";

test("there are at least 101 hosts that lead inside, and no two are one", () => {
  expect(new Set(INSIDE_HOSTS).size).toBe(INSIDE_HOSTS.length);
  expect(INSIDE_HOSTS.length).toBeGreaterThanOrEqual(101);
});

test.each(INSIDE_HOSTS)("no address with the host %s is public", (host) => {
  for (const address of [`https://${host}/`, `https://${host}:443/a.png?b#c`, `https://${host}./a.png`])
    expect.soft(publicAddress(address), address).toBeNull();
});

test.each(INSIDE_ADDRESSES)("%s is no public address", (address) => {
  expect(publicAddress(address)).toBeNull();
});

test("no address of numbers is public, however IPv4 is written", () => {
  const part = fc
    .nat(0xffffffff)
    .chain((number) => fc.constantFrom(String(number), `0x${number.toString(16)}`, `0${number.toString(8)}`));
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
      expect(publicAddress(`https://${parts.join(".")}/`)).toBeNull();
    }),
  );
});

test.each([
  ["https://pictures.example.com/a.png", "https://pictures.example.com/a.png"],
  ["https://i.imgur.com/a.png?b=c&d#e", "https://i.imgur.com/a.png?b=c&d"],
  ["HTTPS://Pictures.Example.COM:443/A b.png", "https://pictures.example.com/A%20b.png"],
  ["https://пример.рф/ж.png", "https://xn--e1afmkfd.xn--p1ai/%D0%B6.png"],
  [
    "https://s3.dualstack.us-west-2.amazonaws.com/a/../b.png",
    "https://s3.dualstack.us-west-2.amazonaws.com/b.png",
  ],
  ["https://1.2.example.com/", "https://1.2.example.com/"],
  ["https://my_files.example.com/", "https://my_files.example.com/"],
])("%s is public, and is written in one way", (address, written) => {
  expect(publicAddress(address)?.href).toBe(written);
});

test("an address may be so long and not longer", () => {
  const of = (length: number) => `https://a.example.com/${"b".repeat(length - 22)}`;
  expect(publicAddress(of(ELSEWHERE_ADDRESS_MAX))?.href).toHaveLength(ELSEWHERE_ADDRESS_MAX);
  expect(publicAddress(of(ELSEWHERE_ADDRESS_MAX + 1))).toBeNull();
  const path = elsewherePath({ signature: SIGNATURE, address: of(ELSEWHERE_ADDRESS_MAX) });
  expect(parseElsewherePath(path)).not.toBeNull();
});

test("a path carries an address and its signature, and is one segment behind the other", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const address = new URL(`https://pictures.example.com/${text}`).href;
      const path = elsewherePath({ signature: SIGNATURE, address });
      expect(path).toMatch(/^\/media\/elsewhere\/[\w-]{22}\/[\w-]+$/);
      expect(parseElsewherePath(path)).toEqual({ signature: SIGNATURE, address });
    }),
  );
});

test.each([
  "/media/elsewhere/",
  `/media/elsewhere/${SIGNATURE}`,
  `/media/elsewhere/${SIGNATURE}/`,
  `/media/elsewhere/${SIGNATURE}/a`,
  `/media/elsewhere/${SIGNATURE}/aHR0cHM6Ly9hLmI=`,
  `/media/elsewhere/${SIGNATURE}/aHR0cHM6Ly9hLmJ/c`,
  `/media/elsewhere/${SIGNATURE}/aHR0cHM6Ly9hLmIuY2`,
  `/media/elsewhere/${SIGNATURE.slice(1)}/aHR0cHM6Ly9hLmI`,
  `/media/elsewhere/${SIGNATURE}/aHR0cHM6Ly9hLmI?b`,
  `/Media/elsewhere/${SIGNATURE}/aHR0cHM6Ly9hLmI`,
])("%s carries nothing", (path) => {
  expect(parseElsewherePath(path)).toBeNull();
});
