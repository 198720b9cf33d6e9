import { DomainError, type By } from "@closebell/context";
import { constraintOf, transact, type Deps, type Work } from "@closebell/database";
import { openUserAccounts } from "@closebell/ledger";
import { checkedHandle } from "./handle.ts";
import { users, type User } from "./user.ts";

/** A new player with accounts, in the transaction of what makes one. */
export const insertPlayer = async (
  deps: Pick<Deps, "ids">,
  work: Work,
  handle: string | null,
): Promise<User> => {
  const id = deps.ids.uuid();
  const user: User = { id, kind: "player", handle, createdAt: await work.now() };
  await work.tx.insert(users).values(user);
  await openUserAccounts(work, id);
  return user;
};

/**
 * Creates a player and opens the accounts `user/<id>/available`, `/withdrawing` and `/held` with it.
 * @throws DomainError HANDLE_TAKEN (by another player, whatever its case), VALIDATION_FAILED
 */
export const createUser = async (
  deps: Deps,
  input: { readonly by: By; readonly handle?: string | undefined },
): Promise<User> => {
  const handle = input.handle === undefined ? null : checkedHandle(input.handle);
  try {
    return await transact(deps, (work) => insertPlayer(deps, work, handle));
  } catch (error) {
    if (constraintOf(error) !== "user_handle_unique") throw error;
    throw new DomainError("HANDLE_TAKEN", `The handle ${handle} is taken. Choose another.`, {
      cause: error,
    });
  }
};
