import { z } from "zod";
import { formed, url } from "./variable-kinds.ts";

const origin = (name: string) => url(name, ["https:", "http:"]).optional();

const CHAIN_IDS = /^\d{1,9}(?:\s*,\s*\d{1,9})*$/;

/** Who may sign in, and by what. */
export const authVariables = {
  AUTH_SECRET: formed(
    "AUTH_SECRET",
    /^(?:sandbox-)?[A-Za-z0-9_-]{43,256}$/,
    "32 or more random bytes in base64url or hex (openssl rand -hex 32)",
  ).optional(),
  CLOSEBELL_API_KEY: formed(
    "CLOSEBELL_API_KEY",
    /^cb_(?:live|test)_[0-9A-Za-z]{22}_[0-9A-Za-z]{43}$/,
    "an API key (cb_live_… or cb_test_…)",
  ).optional(),
  XDG_CONFIG_HOME: z.string().optional(),
  AUTH_ISSUER: origin("AUTH_ISSUER"),
  AUTH_AUDIENCE: formed(
    "AUTH_AUDIENCE",
    /^[A-Za-z0-9][\w.:/-]{0,99}$/,
    "1 to 100 letters, digits and . _ : / -, a letter or digit first",
  ).default("closebell"),
  AUTH_SITE_URL: origin("AUTH_SITE_URL"),
  AUTH_CHAIN_IDS: formed("AUTH_CHAIN_IDS", CHAIN_IDS, "numbers of chains, with commas between")
    .transform((text) => text.split(",").map(Number))
    .optional(),
};

/** What a process may be given through a file that NAME_FILE names. */
export const AUTH_SECRETS = ["AUTH_SECRET", "CLOSEBELL_API_KEY"] as const;

/** What the secret of a sandbox begins with, so that none ever comes into production. */
export const SANDBOX_SECRET = "sandbox-";

type AuthVariables = z.infer<z.ZodObject<typeof authVariables>>;

/** Secrets that others know: a sandbox's, and that of .env.example. */
const KNOWN_SECRETS = [SANDBOX_SECRET, "change-me"];

/** Whether a secret may not be used in production. */
export const isKnownSecret = (secret: string): boolean =>
  KNOWN_SECRETS.some((beginning) => secret.startsWith(beginning));

/** What is allowed by itself and not in production. */
export const authConflicts = (
  variables: Pick<AuthVariables, "AUTH_SECRET" | "CLOSEBELL_API_KEY"> & {
    readonly NODE_ENV: string;
  },
): readonly string[] => {
  if (variables.NODE_ENV !== "production") return [];
  const problems: string[] = [];
  if (isKnownSecret(variables.AUTH_SECRET ?? "")) {
    problems.push(
      "AUTH_SECRET must be one of your own in production: make one (openssl rand -hex 32).",
    );
  }
  if (variables.CLOSEBELL_API_KEY?.startsWith("cb_test_") === true) {
    problems.push("CLOSEBELL_API_KEY must not be a sandbox's in production.");
  }
  return problems;
};
