import { DomainError } from "@closebell/context";

const MIN_LENGTH = 12;
const MAX_LENGTH = 256;
const MIN_DISTINCT = 5;

/** A password as it is hashed: however a keyboard composed its letters (NIST SP 800-63B section 3.1.1.2). */
const normalPassword = (password: string): string => password.toWellFormed().normalize("NFKC");

const faultOf = (password: string): string | undefined => {
  const letters = Array.from(password);
  if (letters.length < MIN_LENGTH) return `must have at least ${MIN_LENGTH} characters`;
  if (letters.length > MAX_LENGTH) return `must have at most ${MAX_LENGTH} characters`;
  if (new Set(letters).size < MIN_DISTINCT) {
    return `must have at least ${MIN_DISTINCT} different characters`;
  }
  return undefined;
};

/**
 * A new password, normalised: 12 to 256 characters, any of them, five of them different.
 * @throws DomainError VALIDATION_FAILED at `pointer`
 */
export const checkedPassword = (text: string, pointer = "/password"): string => {
  const password = normalPassword(text);
  const detail = faultOf(password);
  if (detail === undefined) return password;
  throw new DomainError("VALIDATION_FAILED", `The password ${detail}.`, {
    errors: [{ pointer, detail }],
  });
};

/**
 * A password somebody tries, normalised. One that is too long is no password here, and is not worth hashing.
 * @throws DomainError VALIDATION_FAILED at `pointer`
 */
export const triedPassword = (text: string, pointer = "/password"): string => {
  const password = normalPassword(text);
  if (password.length > 0 && password.length <= 2 * MAX_LENGTH) return password;
  const detail = `must have 1 to ${MAX_LENGTH} characters`;
  throw new DomainError("VALIDATION_FAILED", `The password ${detail}.`, {
    errors: [{ pointer, detail }],
  });
};
