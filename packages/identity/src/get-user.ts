import { DomainError, isUuid } from "@closebell/context";
import { reachable, type Deps } from "@closebell/database";
import { userById, type User } from "./user.ts";

/**
 * One user, of any kind.
 * @throws DomainError USER_NOT_FOUND
 */
export const getUser = async (
  deps: Pick<Deps, "database">,
  input: { readonly userId: string },
): Promise<User> => {
  const { database } = deps;
  const user = isUuid(input.userId)
    ? await reachable(database.url, () => userById(database.orm, input.userId))
    : undefined;
  if (user === undefined) {
    throw new DomainError("USER_NOT_FOUND", `There is no user ${input.userId}. Create one first.`);
  }
  return user;
};

/**
 * One player: whoever can own money, so neither staff nor a process of the service.
 * @throws DomainError USER_NOT_FOUND
 */
export const getPlayer = async (
  deps: Pick<Deps, "database">,
  input: { readonly userId: string },
): Promise<User> => {
  const user = await getUser(deps, input);
  if (user.kind !== "player") {
    throw new DomainError(
      "USER_NOT_FOUND",
      `${input.userId} is no player and has no money here. Name a player.`,
    );
  }
  return user;
};
