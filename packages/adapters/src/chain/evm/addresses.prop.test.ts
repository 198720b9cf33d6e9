import { expect, test } from "bun:test";
import fc from "fast-check";
import { getAddress } from "viem";
import { addressFrom } from "./addresses.ts";

const usdc = getAddress("0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913");
const addresses = fc
  .uint8Array({ minLength: 20, maxLength: 20 })
  .filter((bytes) => bytes.some((byte) => byte > 0))
  .map((bytes) => getAddress(`0x${Buffer.from(bytes).toString("hex")}`));

test("an address has one spelling, read from all lower, all upper and rightly mixed letters", () => {
  fc.assert(
    fc.property(addresses, (address) => {
      expect(addressFrom(address, usdc)).toBe(address);
      expect(addressFrom(address.toLowerCase(), usdc)).toBe(address);
      expect(addressFrom(`0x${address.slice(2).toUpperCase()}`, usdc)).toBe(address);
    }),
  );
});

test("a letter of the wrong case is a typing error", () => {
  fc.assert(
    fc.property(addresses, fc.nat(39), (address, at) => {
      const [letter = "0"] = address.slice(2 + at);
      const other = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
      const text = `${address.slice(0, 2 + at)}${other}${address.slice(3 + at)}`;
      const digits = text.slice(2);
      const mixed = digits !== digits.toLowerCase() && digits !== digits.toUpperCase();
      fc.pre(text !== address && mixed);
      expect(addressFrom(text, usdc)).toBeUndefined();
    }),
  );
});

test("nobody and the token itself can't be paid", () => {
  expect(addressFrom(`0x${"0".repeat(40)}`, usdc)).toBeUndefined();
  expect(addressFrom(usdc, usdc)).toBeUndefined();
  expect(addressFrom(usdc.toLowerCase(), usdc)).toBeUndefined();
});
