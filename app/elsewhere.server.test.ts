import { expect, test } from "vitest";
import { parseElsewherePath, type SignedAddress } from "./domain/elsewhere.ts";
import { picturesElsewhere } from "./elsewhere.server.ts";

const [KEY, OTHER] = ["a key of 32 characters, for a test", "another key of 32 characters, for it"];
const CAT = "https://pictures.example.com/cat.png";
const OWN = `/media/${"0".repeat(32)}-4x3.png`;
const pictures = picturesElsewhere({ keys: [KEY], origin: "https://forum.example.com" });

/** What a path carries that `show` has made. */
function signed(address: string, { show } = pictures): SignedAddress {
  const carried = parseElsewherePath(show(address) ?? "");
  if (!carried) throw new Error(`${address} is not shown`);
  return carried;
}

test("what is shown is signed, in the one way in which its address is written", () => {
  expect(signed("HTTPS://Pictures.Example.com:443/cat.png#a").address).toBe(CAT);
  expect(pictures.isSigned(signed(CAT))).toBe(true);
  expect(signed(CAT)).toEqual(signed(CAT));
});

test("another address, signature or key is none of ours", () => {
  const { signature, address } = signed(CAT);
  expect(pictures.isSigned({ signature, address: `${address}?` })).toBe(false);
  for (const other of [signature.slice(1), `${signature}a`, `${signature.slice(0, -1)}é`, "", "-".repeat(22)])
    expect(pictures.isSigned({ signature: other, address })).toBe(false);
  const others = picturesElsewhere({ keys: [OTHER] });
  expect(others.isSigned({ signature, address })).toBe(false);
  expect(pictures.isSigned(signed(CAT, others))).toBe(false);
});

test("while a new key is brought in, the one before it is believed and signs nothing", () => {
  const both = picturesElsewhere({ keys: [OTHER, KEY] });
  expect(both.isSigned(signed(CAT))).toBe(true);
  expect(signed(CAT, both)).toEqual(signed(CAT, picturesElsewhere({ keys: [OTHER] })));
});

test("without a key nothing is shown and nothing is signed, though the key before it is believed", () => {
  const none = picturesElsewhere({ keys: [undefined, undefined] });
  expect(none.show(CAT)).toBeNull();
  expect(none.isSigned(signed(CAT))).toBe(false);
  const before = picturesElsewhere({ keys: [undefined, KEY] });
  expect([before.show(CAT), before.isSigned(signed(CAT))]).toEqual([null, true]);
});

test("the forum asks itself for nothing: its uploads are at their own paths", () => {
  expect(pictures.show(`https://forum.example.com${OWN}?a`)).toBe(OWN);
  expect(pictures.show("https://forum.example.com/t/1")).toBeNull();
  expect(pictures.show(`https://forum.example.com${pictures.show(CAT)}`)).toBeNull();
});

test("what is not public is not shown", () => {
  expect(pictures.show("https://localhost/cat.png")).toBeNull();
  expect(pictures.show("http://pictures.example.com/cat.png")).toBeNull();
});
