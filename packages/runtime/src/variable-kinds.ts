import { MAX_POOL } from "@closebell/money";
import { z } from "zod";

/** A whole number within bounds. */
export const whole = (name: string, from: number, to: number) => {
  const error = `${name} must be a whole number from ${from} to ${to}.`;
  return z
    .string()
    .regex(/^\d{1,9}$/, { error, abort: true })
    .transform(Number)
    .refine((value) => value >= from && value <= to, { error });
};

/** Money in micro-USDC. */
export const amount = (name: string, least = 1n) => {
  const error = `${name} must be micro-USDC in digits, from ${least} to ${MAX_POOL}.`;
  return z
    .string()
    .regex(/^\d{1,19}$/, { error, abort: true })
    .transform(BigInt)
    .refine((value) => value >= least && value <= MAX_POOL, { error });
};

export const oneOf = <const T extends readonly string[]>(name: string, values: T) =>
  z.enum(values, { error: `${name} must be one of: ${values.join(", ")}.` });

/** Whoever connects decodes what stands between the signs of a URL, such as a password. */
const isDecodable = ({ username, password, pathname }: URL): boolean => {
  try {
    return [username, password, pathname].every((part) => decodeURIComponent(part) !== undefined);
  } catch {
    return false;
  }
};

export const url = (name: string, protocols: readonly string[]) =>
  z
    .string()
    .refine((text) => protocols.includes(URL.parse(text)?.protocol ?? ""), {
      error: `${name} must be a URL that begins with ${protocols.map((each) => `${each}//`).join(" or ")}.`,
      abort: true,
    })
    .refine((text) => isDecodable(new URL(text)), {
      error: `${name} must be a URL whose login has its special characters encoded: a percent sign as %25.`,
    });

export const yesOrNo = (name: string) =>
  oneOf(name, ["true", "false", "1", "0"]).transform((value) => value === "true" || value === "1");

/** Text of one form; `form` says which, after "must be". */
export const formed = (name: string, pattern: RegExp, form: string) =>
  z.string().regex(pattern, { error: `${name} must be ${form}.` });
