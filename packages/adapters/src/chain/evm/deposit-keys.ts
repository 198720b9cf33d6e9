import { secp256k1 } from "@noble/curves/secp256k1";
import { type Address, bytesToHex, type Hex } from "viem";
import { HDKey, publicKeyToAddress } from "viem/accounts";

/** m/44'/60'/0': purpose, coin, account. */
const ACCOUNT_DEPTH = 3;
/** Child numbers from here on are hardened: no public key leads to them (BIP-32). */
const CHILDREN = 2 ** 31;

const parseKey = (text: string, wrong: string): HDKey => {
  try {
    return HDKey.fromExtendedKey(text);
  } catch {
    // what the parser says may quote the key
    throw new Error(wrong);
  }
};

const childOf = (receiving: HDKey, index: number): HDKey => {
  if (!Number.isInteger(index) || index < 0 || index >= CHILDREN) {
    throw new RangeError(`There is no deposit address number ${index}.`);
  }
  return receiving.deriveChild(index);
};

const addressOf = (key: HDKey): Address => {
  if (key.publicKey === null) throw new Error("The derived key has no public part.");
  const point = secp256k1.ProjectivePoint.fromHex(key.publicKey);
  return publicKeyToAddress(bytesToHex(point.toRawBytes(false)));
};

/** Address number `index` of an account's extended public key: its child 0/index (BIP-44). Throws for a wrong key. */
export const depositAddresses = (xpub: string): ((index: number) => Address) => {
  const wrong = "EVM_XPUB is not the extended public key of an account (m/44'/60'/0').";
  const account = parseKey(xpub, wrong);
  if (account.privateKey !== null) {
    throw new Error(
      "EVM_XPUB holds a private key: give the xpub of the account, and keep the xprv away.",
    );
  }
  if (account.depth !== ACCOUNT_DEPTH) throw new Error(wrong);
  const receiving = account.deriveChild(0);
  return (index) => addressOf(childOf(receiving, index));
};

/** Private key number `index` of an account's extended private key. Throws where it does not belong to `xpub`. */
export const depositPrivateKeys = (xprv: string, xpub: string): ((index: number) => Hex) => {
  const account = parseKey(xprv, "EVM_DEPOSIT_KEY is not an extended private key.");
  if (account.privateKey === null)
    throw new Error("EVM_DEPOSIT_KEY is a public key: give the xprv.");
  if (account.publicExtendedKey !== xpub) {
    throw new Error("EVM_DEPOSIT_KEY is not the private key of EVM_XPUB.");
  }
  const receiving = account.deriveChild(0);
  return (index) => {
    const { privateKey } = childOf(receiving, index);
    if (privateKey === null) throw new Error("The derived key has no private part.");
    return bytesToHex(privateKey);
  };
};
