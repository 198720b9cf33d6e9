import { type Actor, DomainError, SYSTEM_ACTORS } from "@closebell/context";
import { isSandbox, transact, type Work } from "@closebell/database";
import { insertApiKey } from "../api-keys/create-api-key.ts";
import type { KeyDeps } from "../api-keys/key-deps.ts";
import { createUser } from "../create-user.ts";
import { STAFF_ROLES } from "../roles.ts";
import { actorOf, userByHandle, type User } from "../user.ts";
import { insertStaff } from "./insert-staff.ts";
import { staffMember } from "./staff-member.ts";

/** Somebody of a sandbox, with an API key for all they may do. */
export interface CrewMember {
  readonly actor: Actor;
  readonly apiKey: string;
}

/** Who plays with a sandbox: somebody who may do everything, a second person to approve it, and a player without money. */
export interface Crew {
  readonly operator: CrewMember;
  readonly second: CrewMember;
  readonly player: CrewMember;
}

const KEY_DAYS = 366;

const staffCalled = async (deps: KeyDeps, work: Work, handle: string): Promise<User> => {
  const by = { actor: SYSTEM_ACTORS.migration, requestId: deps.ids.uuid() };
  const there = await userByHandle(work.tx, "staff", handle);
  if (there !== undefined) return there;
  const { id } = await insertStaff(deps, work, { by, handle, roles: STAFF_ROLES });
  return { id, kind: "staff", handle, createdAt: (await staffMember(work.tx, id)).createdAt };
};

const keyFor = async (deps: KeyDeps, user: User): Promise<CrewMember> => {
  const by = { actor: SYSTEM_ACTORS.migration, requestId: deps.ids.uuid(), reason: "sandbox" };
  const { key } = await transact(deps, (work) =>
    insertApiKey(deps, work, {
      by,
      userId: user.id,
      name: "sandbox",
      expiresInDays: KEY_DAYS,
    }),
  );
  return { actor: actorOf(user), apiKey: key };
};

/**
 * Makes the people a sandbox is played with, where they are not there yet, and a new API key for each.
 * @throws DomainError SANDBOX_ONLY
 */
export const sandboxCrew = async (deps: KeyDeps): Promise<Crew> => {
  if (!(await isSandbox(deps.database))) {
    throw new DomainError("SANDBOX_ONLY", "Only a sandbox has ready-made people.");
  }
  const by = { actor: SYSTEM_ACTORS.migration, requestId: deps.ids.uuid() };
  const staff = (handle: string) => transact(deps, (work) => staffCalled(deps, work, handle));
  const player =
    (await userByHandle(deps.database.orm, "player", "player")) ??
    (await createUser(deps, { by, handle: "player" }));
  return {
    operator: await keyFor(deps, await staff("operator")),
    second: await keyFor(deps, await staff("second")),
    player: await keyFor(deps, player),
  };
};
