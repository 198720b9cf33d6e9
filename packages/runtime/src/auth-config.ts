import { homedir } from "node:os";
import { join } from "node:path";
import type { AuthSettings } from "@closebell/identity";
import type { Variables } from "./config-schema.ts";

/** How people sign in. */
export interface AuthConfig extends Pick<AuthSettings, "issuer" | "audience" | "site"> {
  /** undefined: made on the first run in the data folder of an embedded PostgreSQL. */
  readonly secret: string | undefined;
  /** Whoever runs the command line: their API key. */
  readonly apiKey: string | undefined;
  /** Where the command line keeps keys that it was given to remember. */
  readonly keysFile: string;
}

/** The chain whose number a wallet names where nothing else is said: Ethereum's. */
const ETHEREUM = 1;

export const authConfigOf = (variables: Variables): AuthConfig => {
  const issuer = variables.AUTH_ISSUER ?? `http://localhost:${variables.PORT}`;
  const site = new URL(variables.AUTH_SITE_URL ?? issuer);
  const ownChain = variables.CHAIN === "evm" ? variables.EVM_CHAIN_ID : undefined;
  return {
    secret: variables.AUTH_SECRET,
    apiKey: variables.CLOSEBELL_API_KEY,
    keysFile: join(
      variables.XDG_CONFIG_HOME ?? join(homedir(), ".config"),
      "closebell",
      "keys.json",
    ),
    issuer,
    audience: variables.AUTH_AUDIENCE,
    site: {
      domain: site.host,
      uri: site.origin,
      chainIds: variables.AUTH_CHAIN_IDS ?? [ownChain ?? ETHEREUM],
    },
  };
};
