import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";
import type { RandomBytes } from "../identity-deps.ts";

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** 32 bytes that only whoever has `secret` can compute, other ones for every `purpose`. */
export const keyFor = (secret: string | Uint8Array, purpose: string): Uint8Array =>
  new Uint8Array(hkdfSync("sha256", secret, "closebell", purpose, 32));

/** `plain`, encrypted and authenticated (AES-256-GCM): nonce, tag, text. Only `unseal` with the same purpose opens it. */
export const seal = (
  deps: { readonly secret: string | Uint8Array; readonly randomBytes: RandomBytes },
  purpose: string,
  plain: string,
): Uint8Array => {
  const iv = deps.randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", keyFor(deps.secret, purpose), iv);
  const text = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), text]);
};

/** What was sealed; undefined where the secret or the purpose is another, or a bit was changed. */
export const unseal = (
  secret: string | Uint8Array,
  purpose: string,
  sealed: Uint8Array,
): string | undefined => {
  if (sealed.length < IV_BYTES + TAG_BYTES) return undefined;
  const key = keyFor(secret, purpose);
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, IV_BYTES));
  decipher.setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  try {
    const text = decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString("utf8");
  } catch {
    return undefined;
  }
};
