import { redact } from "./redact.ts";

// PostgreSQL repeats what it could not read: invalid input syntax for type inet: "…"
const UNREADABLE = /(invalid input (?:syntax|value) for [^"]*)".*"/s;

/**
 * Message and stack of `error` as they may be logged or printed: without credentials; of a statement that failed its query, and
 * none of its values.
 */
export const errorText = (error: Error): { readonly message: string; readonly stack: string } => {
  const message = redact(error.message.replace(UNREADABLE, '$1"***"'));
  // only the message tells where parameters end in a stack
  const stack = (error.stack ?? error.message).replace(error.message, () => message);
  return { message, stack: redact(stack) };
};
