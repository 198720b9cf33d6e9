import type { AuthSettings } from "@closebell/identity";
import type { Variables } from "./config-schema.ts";

/** How people sign in. */
export interface AuthConfig extends Pick<AuthSettings, "issuer" | "audience" | "site"> {
  /** undefined: made on the first run in the data folder of an embedded PostgreSQL. */
  readonly secret: string | undefined;
}

/** The chain whose number a wallet names where nothing else is said: Ethereum's. */
const ETHEREUM = 1;

export const authConfigOf = (variables: Variables): AuthConfig => {
  const issuer = variables.AUTH_ISSUER ?? `http://localhost:${variables.PORT}`;
  const site = new URL(variables.AUTH_SITE_URL ?? issuer);
  return {
    secret: variables.AUTH_SECRET,
    issuer,
    audience: variables.AUTH_AUDIENCE,
    site: {
      domain: site.host,
      uri: site.origin,
      chainIds: variables.AUTH_CHAIN_IDS ?? [variables.EVM_CHAIN_ID ?? ETHEREUM],
    },
  };
};
