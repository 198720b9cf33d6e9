import { isIP } from "node:net";
import { z } from "zod";
import { formed, whole } from "./variable-kinds.ts";

const MOST = 1_000_000;

const perMinute = (name: string, usual: number) => whole(name, 1, MOST).default(usual);

const listOf = (name: string, what: string, isOne: (text: string) => boolean) =>
  z
    .string()
    .transform((text) => text.split(",").map((each) => each.trim()))
    .refine((all) => all.every(isOne), { error: `${name} must be ${what}, with commas between.` })
    .default([]);

/** Not the whole world: then every caller would say themselves who they are. */
const isNetwork = (text: string): boolean => {
  const [address = "", bits, ...rest] = text.split("/");
  const kind = isIP(address);
  if (kind === 0 || rest.length > 0) return false;
  if (bits === undefined) return true;
  return /^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= (kind === 4 ? 32 : 128);
};

const isOrigin = (text: string): boolean => {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.origin === text;
};

/** What HTTP is answered, how often, and to whom. */
export const httpVariables = {
  RATE_LIMIT_ADDRESS: perMinute("RATE_LIMIT_ADDRESS", 12_000),
  RATE_LIMIT_SIGN_IN: perMinute("RATE_LIMIT_SIGN_IN", 60),
  RATE_LIMIT_BETS: perMinute("RATE_LIMIT_BETS", 600),
  RATE_LIMIT_MONEY: perMinute("RATE_LIMIT_MONEY", 120),
  RATE_LIMIT_READS: perMinute("RATE_LIMIT_READS", 1_200),
  RATE_LIMIT_WRITES: perMinute("RATE_LIMIT_WRITES", 1_200),
  TRUSTED_PROXIES: listOf("TRUSTED_PROXIES", "addresses or networks (10.0.0.0/8)", isNetwork),
  CORS_ORIGINS: listOf(
    "CORS_ORIGINS",
    "* or origins (https://app.example.com)",
    (text) => text === "*" || isOrigin(text),
  ),
  METRICS_PORT: whole("METRICS_PORT", 0, 65_535).optional(),
  METRICS_TOKEN: formed(
    "METRICS_TOKEN",
    /^[\w.~+/-]{24,256}$/,
    "24 or more random letters and digits (openssl rand -hex 24)",
  ).optional(),
};

/** What a process may be given through a file that NAME_FILE names. */
export const HTTP_SECRETS = ["METRICS_TOKEN"] as const;
