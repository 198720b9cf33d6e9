import { parseSource, SOURCE_ENTRY, SOURCE_RULES } from "@closebell/rounds";
import { z } from "zod";
import { formed, oneOf, whole } from "./variable-kinds.ts";

/** Every source there is, by the name that markets list. */
const SOURCE_NAMES = [
  "simulated",
  "simulated-b",
  "file",
  "massive",
  "alpaca-auctions",
  "alpaca-bars",
  "twelve-data",
  "fred",
  "chainlink",
] as const;

const isSource = (entry: string): boolean =>
  SOURCE_ENTRY.test(entry) && SOURCE_NAMES.some((name) => name === parseSource(entry).name);

/** What a list of sources holds; a source may be written `name:SYMBOL`. */
export const entriesOf = (text: string): readonly string[] =>
  text.split(",").map((entry) => entry.trim());

const sources = (name: string) =>
  z
    .string()
    .transform(entriesOf)
    .refine((entries) => entries.every(isSource), {
      error: `${name} must list sources, as name or name:SYMBOL, with commas between: ${SOURCE_NAMES.join(", ")}.`,
    });

const key = (name: string) =>
  formed(name, /^[!-~]{8,256}$/, "8 to 256 characters without a space").optional();

const isPlainAddress = (text: string): boolean => {
  const url = URL.parse(text);
  if (url === null || !["http:", "https:"].includes(url.protocol)) return false;
  return url.username === "" && url.password === "" && url.hash === "";
};

/** The address of an API: shown in evidence, so without anything secret. */
const api = (name: string) =>
  z
    .string()
    .refine((text) => isPlainAddress(text) && !text.includes("?"), {
      error: `${name} must be a URL that begins with https:// or http://, without password or query.`,
    })
    .optional();

/** Where prices come from. */
export const oracleVariables = {
  ORACLE: sources("ORACLE").default(["simulated"]),
  ORACLE_RULE: oneOf("ORACLE_RULE", SOURCE_RULES).default("first"),
  ORACLE_TOLERANCE_BPS: whole("ORACLE_TOLERANCE_BPS", 0, 1_000).default(0),
  ORACLE_AUDIT: sources("ORACLE_AUDIT").default([]),
  ORACLE_FILE: z.string().optional(),
  MASSIVE_API_KEY: key("MASSIVE_API_KEY"),
  MASSIVE_URL: api("MASSIVE_URL"),
  ALPACA_KEY_ID: key("ALPACA_KEY_ID"),
  ALPACA_SECRET_KEY: key("ALPACA_SECRET_KEY"),
  ALPACA_URL: api("ALPACA_URL"),
  TWELVE_DATA_API_KEY: key("TWELVE_DATA_API_KEY"),
  TWELVE_DATA_URL: api("TWELVE_DATA_URL"),
  FRED_API_KEY: key("FRED_API_KEY"),
  FRED_URL: api("FRED_URL"),
  CHAINLINK_RPC_URL: z
    .string()
    .refine(isPlainAddress, {
      error:
        "CHAINLINK_RPC_URL must be a URL that begins with https:// or http://, without a password.",
    })
    .optional(),
  CHAINLINK_BLOCK: oneOf("CHAINLINK_BLOCK", ["finalized", "safe", "latest"]).default("finalized"),
  CHAINLINK_MAX_AGE_SECONDS: whole("CHAINLINK_MAX_AGE_SECONDS", 1, 604_800).default(3_900),
};

/** What a process may be given through a file that NAME_FILE names: a node's URL holds the key to an account there. */
export const ORACLE_SECRETS = [
  "MASSIVE_API_KEY",
  "ALPACA_KEY_ID",
  "ALPACA_SECRET_KEY",
  "TWELVE_DATA_API_KEY",
  "FRED_API_KEY",
  "CHAINLINK_RPC_URL",
] as const;
