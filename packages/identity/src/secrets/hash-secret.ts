import { createHash, createHmac } from "node:crypto";
import type { RandomBytes } from "../identity-deps.ts";
import { keyFor } from "./seal.ts";

/** SHA-256, for secrets of 80 random bits or more, which nobody can guess one by one. */
export const hashSecret = (secret: string): Uint8Array =>
  createHash("sha256").update(secret).digest();

/** A secret of 256 random bits, base64url, after a prefix that says what it is. */
export const newSecret = (randomBytes: RandomBytes, prefix: string): string =>
  `${prefix}${Buffer.from(randomBytes(32)).toString("base64url")}`;

/** 22 characters that stand for `text` where it must not be read, in limits and in the log: always the same for the same. */
export const fingerprint = (secret: string, text: string): string =>
  createHmac("sha256", keyFor(secret, "fingerprint")).update(text).digest("base64url").slice(0, 22);
