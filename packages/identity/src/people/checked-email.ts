import { DomainError } from "@closebell/context";

// that of <input type=email> (HTML Living Standard 4.10.5.1.5): no comma, space or line break can reach a mail header
const FORM =
  /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;

const MAX_LENGTH = 254;

/**
 * An email address as accounts are found by it: trimmed, in lower case.
 * @throws DomainError VALIDATION_FAILED
 */
export const checkedEmail = (text: string): string => {
  const email = text.trim().toLowerCase();
  if (email.length <= MAX_LENGTH && FORM.test(email)) return email;
  const detail = `must be an email address of ${MAX_LENGTH} characters at most, such as ada@example.com`;
  throw new DomainError("VALIDATION_FAILED", `The email ${detail}.`, {
    errors: [{ pointer: "/email", detail }],
  });
};
