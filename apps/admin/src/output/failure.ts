import { DomainError } from "@closebell/context";
import { ApprovalRequired } from "@closebell/database";
import { ConfigError, explain, redact } from "@closebell/runtime";
import { EXIT, exitCodeOf, type ExitCode } from "./exit-codes.ts";
import { jsonLine } from "./answer.ts";
import { UsageError } from "./usage-error.ts";

/** How a command failed. */
export interface Failure {
  readonly exitCode: ExitCode;
  readonly code: string;
  readonly message: string;
  /** What a second person has to approve. */
  readonly approvalId?: string;
}

/** The reason of an AbortSignal that Ctrl-C or SIGTERM aborted. */
export class Interrupted extends Error {
  constructor() {
    super("Stopped before the end.");
    this.name = "Interrupted";
  }
}

/** What to tell of an error. A fault of our own shows its stack only where `debug` asks for it. */
export const failureOf = (error: unknown, options: { readonly debug: boolean }): Failure => {
  if (error instanceof Interrupted) {
    return { exitCode: EXIT.interrupted, code: "INTERRUPTED", message: error.message };
  }
  if (error instanceof UsageError) {
    return { exitCode: EXIT.usage, code: "USAGE", message: error.message };
  }
  if (error instanceof ConfigError) {
    return { exitCode: EXIT.usage, code: "CONFIGURATION", message: explain(error) };
  }
  if (error instanceof DomainError) {
    const trace = options.debug ? `\n${redact(error.stack ?? "")}` : "";
    return {
      exitCode: exitCodeOf(error.code),
      code: error.code,
      message: `${explain(error)}${trace}`,
      ...(error instanceof ApprovalRequired ? { approvalId: error.approvalId } : {}),
    };
  }
  const [line = "", ...stack] = explain(error).split("\n");
  const message = options.debug
    ? [line, ...stack].join("\n")
    : `${line} (LOG_LEVEL=debug shows where)`;
  return { exitCode: EXIT.unavailable, code: "INTERNAL", message };
};

/** The failure as a line for people, or as one JSON value. */
export const failureText = (failure: Failure, json: boolean): string => {
  const { code, message, approvalId } = failure;
  return json ? jsonLine({ error: { code, message, approvalId } }) : `${code}: ${message}`;
};
