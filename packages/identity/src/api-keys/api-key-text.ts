import { UUID } from "@closebell/context";
import type { RandomBytes } from "../identity-deps.ts";

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const FORM = /^cb_(live|test)_([0-9A-Za-z]{22})_([0-9A-Za-z]{43})$/;
const SECRET_BYTES = 32;
const ID_DIGITS = 22;
const SECRET_DIGITS = 43;

const base62 = (hex: string, length: number): string => {
  let text = "";
  for (let rest = BigInt(`0x${hex}`); rest > 0n; rest /= 62n) {
    text = `${DIGITS.charAt(Number(rest % 62n))}${text}`;
  }
  return text.padStart(length, "0");
};

const uuidOf = (digits: string): string | undefined => {
  let value = 0n;
  for (const digit of digits) value = value * 62n + BigInt(DIGITS.indexOf(digit));
  const hex = value.toString(16).padStart(32, "0");
  const uuid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return UUID.test(uuid) ? uuid : undefined;
};

/** Which databases a key is for: `test` are sandboxes. */
export type KeyRealm = "live" | "test";

/** The parts of an API key. */
export interface KeyParts {
  readonly realm: KeyRealm;
  readonly id: string;
  readonly secret: string;
}

/** 32 random bytes in base62, what a person holds and we don't. */
export const newKeySecret = (randomBytes: RandomBytes): string =>
  base62(randomBytes(SECRET_BYTES).toHex(), SECRET_DIGITS);

/** `cb_live_<id>_<secret>`: the id is a UUID in base62. */
export const keyText = ({ realm, id, secret }: KeyParts): string =>
  `cb_${realm}_${base62(id.replaceAll("-", ""), ID_DIGITS)}_${secret}`;

/** The parts of what may be an API key; nothing where it hasn't the form of one. */
export const keyParts = (text: string): KeyParts | undefined => {
  const [, realm, digits = "", secret = ""] = FORM.exec(text) ?? [];
  const id = uuidOf(digits);
  if (id === undefined || realm === undefined) return undefined;
  return { realm: realm === "live" ? "live" : "test", id, secret };
};

/** Whether a bearer credential looks like an API key at all, rather than an access token. */
export const isApiKey = (text: string): boolean => /^cb_(?:live|test)_/.test(text);
