import { MAX_POOL } from "@closebell/money";
import { z } from "zod";
import { authVariables } from "./auth-variables.ts";
import { chainVariables } from "./chain-variables.ts";
import { httpVariables } from "./http-variables.ts";
import { mailVariables } from "./mail-variables.ts";
import { oracleVariables } from "./oracle-variables.ts";
import { screeningVariables } from "./screening-variables.ts";
import { amount, oneOf, url, whole, yesOrNo } from "./variable-kinds.ts";

const isZone = (text: string): boolean => {
  try {
    Temporal.Now.plainDateISO(text);
    return !/^[+-]/.test(text);
  } catch {
    return false;
  }
};

/** Every variable the service reads, as text, with its default. The table in README.md and .env.example say the same. */
export const environment = z.object({
  NODE_ENV: oneOf("NODE_ENV", ["development", "production", "test"]).default("development"),
  HOST: z.string().default("0.0.0.0"),
  PORT: whole("PORT", 0, 65_535).default(8000),
  SCHEDULER_PORT: whole("SCHEDULER_PORT", 0, 65_535).default(8001),
  DRAIN_SECONDS: whole("DRAIN_SECONDS", 0, 60).default(0),
  LOG_LEVEL: oneOf("LOG_LEVEL", ["fatal", "error", "warn", "info", "debug", "trace"]).default(
    "info",
  ),
  LOG_PRETTY: yesOrNo("LOG_PRETTY").optional(),
  DATABASE_URL: url("DATABASE_URL", ["postgres:", "postgresql:"]).optional(),
  REDIS_URL: url("REDIS_URL", ["redis:", "rediss:"]).optional(),
  DATA_DIR: z.string().default(".data"),
  MARKET: z
    .string()
    .regex(/^[A-Z][A-Z0-9]{0,11}$/, {
      error: "MARKET must be 1 to 12 capital letters and digits, a letter first.",
    })
    .default("NDX"),
  MARKET_SYMBOL: z.string().optional(),
  TIMEZONE: z
    .string()
    .refine(isZone, { error: "TIMEZONE must be the name of a time zone, as America/New_York." })
    .default("America/New_York"),
  FEE_BPS: whole("FEE_BPS", 0, 10_000).default(100),
  MIN_STAKE_MICRO_USDC: amount("MIN_STAKE_MICRO_USDC").default(1n),
  MAX_STAKE_MICRO_USDC: amount("MAX_STAKE_MICRO_USDC").default(MAX_POOL),
  CLOSE_FETCH_DELAY_MIN: whole("CLOSE_FETCH_DELAY_MIN", 0, 600).default(5),
  SETTLE_GRACE_MIN: whole("SETTLE_GRACE_MIN", 0, 1440).default(30),
  ...authVariables,
  ...httpVariables,
  ...mailVariables,
  ...oracleVariables,
  ...chainVariables,
  ...screeningVariables,
});

export type Variables = z.infer<typeof environment>;

/** What no variable can say about itself; a variable that is wrong by itself is undefined here. */
export const conflictsOf = (
  variables: Partial<Pick<Variables, "MIN_STAKE_MICRO_USDC" | "MAX_STAKE_MICRO_USDC">>,
): readonly string[] => {
  const problems: string[] = [];
  const { MIN_STAKE_MICRO_USDC: least = 1n, MAX_STAKE_MICRO_USDC: most = MAX_POOL } = variables;
  if (least > most) {
    problems.push("MAX_STAKE_MICRO_USDC must not be less than MIN_STAKE_MICRO_USDC.");
  }
  return problems;
};
