import { expect, test } from "bun:test";
import fc from "fast-check";
import { privateKeyToAddress } from "viem/accounts";
import { custodyKeys } from "./custody-keys.ts";
import { depositAddresses, depositPrivateKeys } from "./deposit-keys.ts";

const keys = custodyKeys(`${"test ".repeat(11)}junk`);
const addressAt = depositAddresses(keys.xpub);
const keyAt = depositPrivateKeys(keys.xprv, keys.xpub);

test("addresses are those of m/44'/60'/0'/0/i", () => {
  // the accounts that every development node derives from this phrase
  expect([0, 1, 2].map(addressAt)).toEqual([
    "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
    "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
    "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
  ]);
});

test("the public key alone leads to the address of every private key", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (index) => {
      expect(privateKeyToAddress(keyAt(index))).toBe(addressAt(index));
    }),
    { numRuns: 50 },
  );
});

test("there is no address for what is no index", () => {
  for (const index of [-1, 0.5, Number.NaN, 2 ** 31])
    expect(() => addressAt(index)).toThrow(RangeError);
});
