import { resolve } from "node:path";
import { parseSource } from "@closebell/rounds";
import type { Variables } from "./config-schema.ts";
import { entriesOf } from "./oracle-variables.ts";

interface Keyed {
  readonly apiKey: string;
  /** undefined: the provider's own address. */
  readonly url: string | undefined;
}

/** What each source needs; undefined for one that has no key here, and so is not there. */
export interface OracleConfig {
  /** The names that ORACLE and ORACLE_AUDIT list. */
  readonly listed: readonly string[];
  /** A CSV of closes. */
  readonly file: string | undefined;
  readonly massive: Keyed | undefined;
  readonly alpaca:
    | { readonly keyId: string; readonly secretKey: string; readonly url: string | undefined }
    | undefined;
  readonly twelveData: Keyed | undefined;
  readonly fred: Keyed | undefined;
  readonly chainlink:
    | {
        readonly rpcUrl: string;
        readonly block: Variables["CHAINLINK_BLOCK"];
        readonly maxAgeSeconds: number;
      }
    | undefined;
}

const keyed = (apiKey: string | undefined, url: string | undefined): Keyed | undefined =>
  apiKey === undefined ? undefined : { apiKey, url };

const namesOf = (entries: readonly string[]): readonly string[] =>
  entries.map((entry) => parseSource(entry).name);

const alpacaOf = (variables: Variables): OracleConfig["alpaca"] => {
  const { ALPACA_KEY_ID: keyId, ALPACA_SECRET_KEY: secretKey, ALPACA_URL: url } = variables;
  if (keyId === undefined || secretKey === undefined) return undefined;
  return { keyId, secretKey, url };
};

const chainlinkOf = (variables: Variables): OracleConfig["chainlink"] => {
  const { CHAINLINK_RPC_URL: rpcUrl, CHAINLINK_BLOCK: block } = variables;
  if (rpcUrl === undefined) return undefined;
  return { rpcUrl, block, maxAgeSeconds: variables.CHAINLINK_MAX_AGE_SECONDS };
};

/** The sources that can be asked here. */
export const oracleConfigOf = (variables: Variables): OracleConfig => ({
  listed: [...new Set(namesOf([...variables.ORACLE, ...variables.ORACLE_AUDIT]))],
  file: variables.ORACLE_FILE === undefined ? undefined : resolve(variables.ORACLE_FILE),
  massive: keyed(variables.MASSIVE_API_KEY, variables.MASSIVE_URL),
  alpaca: alpacaOf(variables),
  twelveData: keyed(variables.TWELVE_DATA_API_KEY, variables.TWELVE_DATA_URL),
  fred: keyed(variables.FRED_API_KEY, variables.FRED_URL),
  chainlink: chainlinkOf(variables),
});

const NEEDED: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  file: [["ORACLE_FILE", "name a CSV of closes (date,close)"]],
  massive: [["MASSIVE_API_KEY", "be set"]],
  "alpaca-auctions": [
    ["ALPACA_KEY_ID", "be set"],
    ["ALPACA_SECRET_KEY", "be set"],
  ],
  "alpaca-bars": [
    ["ALPACA_KEY_ID", "be set"],
    ["ALPACA_SECRET_KEY", "be set"],
  ],
  "twelve-data": [["TWELVE_DATA_API_KEY", "be set"]],
  fred: [["FRED_API_KEY", "be set"]],
  chainlink: [["CHAINLINK_RPC_URL", "be set"]],
};

const missingFor = (list: string, entries: readonly string[], set: ReadonlySet<string>) =>
  entries.flatMap((entry) => {
    const { name } = parseSource(entry);
    return (NEEDED[name] ?? []).flatMap(([variable, demand]) =>
      set.has(variable) ? [] : [`${variable} must ${demand} where ${list} lists ${name}.`],
    );
  });

const twiceIn = (list: string, entries: readonly string[]): readonly string[] => {
  const names = namesOf(entries);
  return names.every((name, n) => names.indexOf(name) === n)
    ? []
    : [`${list} must list each source once.`];
};

const isFeed = (symbol: string | undefined): boolean => /^0x[0-9a-fA-F]{40}$/.test(symbol ?? "");

const withoutFeed = (list: string, entries: readonly string[], symbol: string | undefined) =>
  entries
    .map(parseSource)
    .some((entry) => entry.name === "chainlink" && !isFeed(entry.symbol ?? symbol))
    ? [`${list} must give chainlink the address of its feed, as chainlink:0x….`]
    : [];

/** What is missing or contradicts itself among the variables of price sources, as they were given; keys only for whoever asks. */
export const oracleConflicts = (
  values: Readonly<Record<string, string>>,
  { asksPrices }: { readonly asksPrices: boolean },
): readonly string[] => {
  const settling = entriesOf(values["ORACLE"] ?? "simulated");
  const audit = values["ORACLE_AUDIT"] === undefined ? [] : entriesOf(values["ORACLE_AUDIT"]);
  const set = new Set(Object.keys(values));
  const lists = [
    ["ORACLE", settling],
    ["ORACLE_AUDIT", audit],
  ] as const;
  const problems = lists.flatMap(([list, entries]) => [
    ...(asksPrices ? missingFor(list, entries, set) : []),
    ...twiceIn(list, entries),
    ...withoutFeed(list, entries, values["MARKET_SYMBOL"]),
  ]);
  if (namesOf(settling).includes("fred")) {
    problems.push("ORACLE must not list fred, which answers a day late: ORACLE_AUDIT may.");
  }
  return [...new Set(problems)];
};
