import { DomainError } from "@closebell/context";
import { ConfigError } from "./config-error.ts";
import { errorText } from "./error-text.ts";
import { redact } from "./redact.ts";

/**
 * What to print when a process can't go on: for what was foreseen a line, or a line a problem, that says what to do; for
 * anything else the stack.
 */
export const explain = (error: unknown): string => {
  if (error instanceof ConfigError || error instanceof DomainError) return redact(error.message);
  if (error instanceof Error) return errorText(error).stack;
  return redact(String(error));
};
