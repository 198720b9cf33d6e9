import type { RandomBytes } from "../identity-deps.ts";

const HOW_MANY = 10;

/** Crockford's base 32: none of its letters is mistaken for another. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const newCode = (randomBytes: RandomBytes): string =>
  Array.from(randomBytes(16), (byte) => ALPHABET.charAt(byte & 31))
    .join("")
    .replace(/(.{4})(?=.)/g, "$1-");

/** Ten codes of 80 random bits, written as people type them: `7Q2M-…`. */
export const newRecoveryCodes = (randomBytes: RandomBytes): readonly string[] =>
  Array.from({ length: HOW_MANY }, () => newCode(randomBytes));

/** A code however it was typed: in small letters, without dashes, with an O for a zero. */
export const normalRecoveryCode = (text: string): string =>
  text
    .slice(0, 100)
    .toUpperCase()
    .replaceAll(/[^0-9A-Z]/g, "")
    .replaceAll("O", "0")
    .replaceAll(/[IL]/g, "1");
