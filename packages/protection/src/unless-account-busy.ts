import { DomainError } from "@closebell/context";
import { isLockTimeout } from "@closebell/database";

/** Runs `work`, turning a wait for the player's account that took too long into OVERLOADED. */
export const unlessAccountBusy = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    throw new DomainError("OVERLOADED", "The account is busy. Ask again in a moment.", {
      cause: error,
      retryAfterSeconds: 1,
    });
  }
};
