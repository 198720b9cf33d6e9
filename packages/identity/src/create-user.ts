import { DomainError, type By } from "@closebell/context";
import { constraintOf, recordAudit, transact, type Deps, type Work } from "@closebell/database";
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
 * Creates a player and opens the accounts `user/<id>/available`, `/withdrawing` and `/held` with it. On record
 * where a member of staff does it.
 * @throws DomainError HANDLE_TAKEN (by another player, whatever its case), VALIDATION_FAILED
 */
export const createUser = async (
  deps: Deps,
  input: { readonly by: By; readonly handle?: string | undefined },
): Promise<User> => {
  const { by } = input;
  const handle = input.handle === undefined ? null : checkedHandle(input.handle);
  try {
    return await transact(deps, async (work) => {
      const user = await insertPlayer(deps, work, handle);
      if (by.actor.kind === "staff")
        await recordAudit(work, {
          by,
          action: "user.create",
          subject: `user/${user.id}`,
          after: { handle },
        });
      return user;
    });
  } catch (error) {
    if (constraintOf(error) !== "user_handle_unique") throw error;
    throw new DomainError("HANDLE_TAKEN", `The handle ${handle} is taken. Choose another.`, {
      cause: error,
    });
  }
};
