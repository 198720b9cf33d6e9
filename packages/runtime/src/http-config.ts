import type { Variables } from "./config-schema.ts";

/** What is counted of whoever calls: per address all requests and attempts to sign in, per caller the rest. */
export const RATE_GROUPS = ["address", "sign-in", "bets", "money", "reads", "writes"] as const;

export type RateGroup = (typeof RATE_GROUPS)[number];

/** How HTTP is served. */
export interface HttpConfig {
  /** Requests a minute. */
  readonly rateLimits: Readonly<Record<RateGroup, number>>;
  /** Addresses and networks whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  /** Sites whose pages may call the API, `*` for any. */
  readonly corsOrigins: readonly string[];
  /**
   * Where the figures for Prometheus are: on a port of their own; else beside the API, to whoever has the token; else there for
   * everybody, or in production nowhere.
   */
  readonly metrics: "open" | "closed" | { readonly port: number } | { readonly token: string };
}

const metricsOf = ({ METRICS_PORT, METRICS_TOKEN, NODE_ENV }: Variables): HttpConfig["metrics"] => {
  if (METRICS_PORT !== undefined) return { port: METRICS_PORT };
  if (METRICS_TOKEN !== undefined) return { token: METRICS_TOKEN };
  return NODE_ENV === "production" ? "closed" : "open";
};

export const httpConfigOf = (variables: Variables): HttpConfig => ({
  rateLimits: {
    address: variables.RATE_LIMIT_ADDRESS,
    "sign-in": variables.RATE_LIMIT_SIGN_IN,
    bets: variables.RATE_LIMIT_BETS,
    money: variables.RATE_LIMIT_MONEY,
    reads: variables.RATE_LIMIT_READS,
    writes: variables.RATE_LIMIT_WRITES,
  },
  trustedProxies: variables.TRUSTED_PROXIES,
  corsOrigins: variables.CORS_ORIGINS,
  metrics: metricsOf(variables),
});

/** What is wrong only together; a variable that is wrong by itself is undefined here. */
export const httpConflicts = (
  variables: Partial<Pick<Variables, "METRICS_PORT" | "METRICS_TOKEN" | "PORT">>,
): readonly string[] => {
  const { METRICS_PORT, METRICS_TOKEN, PORT } = variables;
  const problems: string[] = [];
  if (METRICS_PORT !== undefined && METRICS_TOKEN !== undefined) {
    problems.push("Set METRICS_PORT, which needs no token, or METRICS_TOKEN, not both.");
  }
  if (METRICS_PORT !== undefined && METRICS_PORT !== 0 && METRICS_PORT === PORT) {
    problems.push("METRICS_PORT must be another port than PORT.");
  }
  return problems;
};
