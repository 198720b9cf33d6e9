import { z } from "zod";
import { oneOf, url } from "./variable-kinds.ts";

/** Who says whether a player may be served. */
export const screeningVariables = {
  SCREENING: oneOf("SCREENING", ["allow-all", "http"]).default("allow-all"),
  SCREENING_URL: url("SCREENING_URL", ["https:", "http:"]).optional(),
  SCREENING_TOKEN: z.string().optional(),
};

/** What a process may be given through a file that NAME_FILE names. */
export const SCREENING_SECRETS = ["SCREENING_TOKEN"] as const;

/** What is missing or has no use. */
export const screeningConflicts = (variables: {
  readonly SCREENING: "allow-all" | "http";
  readonly SCREENING_URL?: string | undefined;
}): readonly string[] => {
  const { SCREENING, SCREENING_URL } = variables;
  if (SCREENING === "http" && SCREENING_URL === undefined)
    return ["SCREENING_URL must be set where SCREENING is http."];
  return SCREENING === "allow-all" && SCREENING_URL !== undefined
    ? ["SCREENING must be http where SCREENING_URL is set."]
    : [];
};
