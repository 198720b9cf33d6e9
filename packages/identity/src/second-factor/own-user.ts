import { DomainError, type By } from "@closebell/context";
import type { Work } from "@closebell/database";
import { userById, type User } from "../user.ts";

/** The caller as a user. */
export const ownUser = async (work: Pick<Work, "tx">, by: By): Promise<User> => {
  const user = await userById(work.tx, by.actor.id);
  if (user !== undefined) return user;
  throw new DomainError("USER_NOT_FOUND", `There is no user ${by.actor.id}. Sign in as one.`);
};
