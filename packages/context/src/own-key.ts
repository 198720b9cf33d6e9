import type { By } from "./actor.ts";
import { nameUuid } from "./name-uuid.ts";

/**
 * The idempotency key under which a room keeps what `by` asks for `userId`: whoever acts for a user has keys of their own,
 * and none of them is one of the user's.
 */
export const ownKey = ({ actor }: By, userId: string, key: string): string =>
  actor.id === userId ? key : `${actor.id}/${nameUuid(key)}`;
