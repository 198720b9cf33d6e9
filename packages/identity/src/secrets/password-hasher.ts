import { DomainError } from "@closebell/context";
import pLimit from "p-limit";

/** Hashes passwords, a few at once: each takes 19 MiB and a core for some 20 ms. */
export interface PasswordHasher {
  /** @throws DomainError OVERLOADED where too many wait already */
  hash(password: string): Promise<string>;
  /**
   * Whether `password` is the one of `hash`. Does the same work, and says no, where there is no hash.
   * @throws DomainError OVERLOADED where too many wait already
   */
  verify(password: string, hash: string | null): Promise<boolean>;
}

/** OWASP's smallest for argon2id; Bun's parallelism is 1. */
const ARGON2ID = { algorithm: "argon2id", memoryCost: 19_456, timeCost: 2 } as const;

const PARAMETERS = "$argon2id$v=19$m=19456,t=2,p=1$";

/** Of a password nobody has: 32 random bytes, forgotten. */
const NOBODYS = `${PARAMETERS}L51ttWB6zxULCqwEXnhktYKclemh8enfRKYAacuRVz8$XCiBlHF85I2FvQ2U2EkCVzuqa8Yqk2b9d7p76nI8U80`;

/** Whether a stored hash was made with other parameters than today's. */
export const isOutdated = (hash: string): boolean => !hash.startsWith(PARAMETERS);

/** Hashes at most `atOnce` passwords at a time, while at most `waiting` others wait for their turn. */
export const createPasswordHasher = (
  options: { readonly atOnce?: number; readonly waiting?: number } = {},
): PasswordHasher => {
  const { atOnce = 2, waiting = 100 } = options;
  const limit = pLimit(atOnce);
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (limit.pendingCount >= waiting) {
      throw new DomainError("OVERLOADED", "Too many people sign in at once. Try again.", {
        retryAfterSeconds: 1,
      });
    }
    return limit(work);
  };
  return {
    hash: (password) => inTurn(() => Bun.password.hash(password, ARGON2ID)),
    verify: (password, hash) =>
      inTurn(async () => {
        const fits = await Bun.password.verify(password, hash ?? NOBODYS);
        return fits && hash !== null;
      }),
  };
};
