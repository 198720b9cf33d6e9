import { expect, test } from "bun:test";
import { mnemonicToAccount } from "viem/accounts";
import { custodyKeys, newPhrase } from "./custody-keys.ts";
import { depositAddresses, depositPrivateKeys } from "./deposit-keys.ts";

// the phrase of BIP-39's own test vectors; its first address is known everywhere
const PHRASE =
  "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

test("a phrase gives the addresses that every wallet shows for it", () => {
  const { xpub, xprv, hotWallet, coldWallet } = custodyKeys(PHRASE);
  expect(depositAddresses(xpub)(0)).toBe("0x9858EfFD232B4033E47d90003D41EC34EcaEda94");
  expect(hotWallet.address).toBe(mnemonicToAccount(PHRASE, { accountIndex: 1 }).address);
  expect(coldWallet).toBe(mnemonicToAccount(PHRASE, { accountIndex: 2 }).address);
  expect(depositPrivateKeys(xprv, xpub)(0)).toMatch(/^0x[0-9a-f]{64}$/);
});

test("a new phrase has 24 words, and is another one each time", () => {
  const phrases = [newPhrase(), newPhrase()];
  expect(phrases.map((phrase) => phrase.split(" ").length)).toEqual([24, 24]);
  expect(new Set(phrases).size).toBe(2);
});
