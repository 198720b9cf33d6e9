import type { Actor } from "@closebell/context";
import { transact, type Deps } from "@closebell/database";
import { checkedHandle } from "./handle.ts";
import { userByHandle, users } from "./user.ts";

/**
 * The operator called `name`, made on first use. Says who acts, proves nothing: whoever may run the command line may
 * name anyone.
 * @throws DomainError VALIDATION_FAILED where `name` isn't a handle
 */
export const operatorActor = async (
  deps: Deps,
  input: { readonly name: string },
): Promise<Actor> => {
  const handle = checkedHandle(input.name);
  return transact(deps, async (work) => {
    await work.tx
      .insert(users)
      .values({ id: deps.ids.uuid(), kind: "staff", handle, createdAt: await work.now() })
      .onConflictDoNothing();
    const operator = await userByHandle(work.tx, "staff", handle);
    if (operator === undefined) throw new Error(`The operator ${handle} was not made.`);
    return { kind: "staff", id: operator.id, name: operator.handle ?? handle };
  });
};
