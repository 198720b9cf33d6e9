import { DomainError } from "@closebell/context";

const FORM = /^[A-Za-z0-9](?:[A-Za-z0-9._@-]{0,62}[A-Za-z0-9])?$/;

/**
 * `handle`, if it has the form of one: 1 to 64 of A-Z a-z 0-9 . _ @ -, a letter or digit at either end.
 * @throws DomainError VALIDATION_FAILED
 */
export const checkedHandle = (handle: string): string => {
  if (FORM.test(handle)) return handle;
  const detail =
    "must be 1 to 64 letters, digits, dots, dashes, underscores or @, with a letter or digit at either end";
  throw new DomainError("VALIDATION_FAILED", `The handle ${detail}.`, {
    errors: [{ pointer: "/handle", detail }],
  });
};
