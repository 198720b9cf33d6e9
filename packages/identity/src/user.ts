import type { Actor, ActorKind } from "@closebell/context";
import { instant, type Executor } from "@closebell/database";
import { eq, sql, type SQL } from "drizzle-orm";
import { pgSchema, text, uuid } from "drizzle-orm/pg-core";

/** Whoever has an account here, a member of staff, or one of the service's own processes. */
export interface User {
  /** UUIDv7; what transfers, bets and the audit log name. */
  readonly id: string;
  readonly kind: ActorKind;
  /** Unique among users of one kind, whatever its case. */
  readonly handle: string | null;
  readonly createdAt: Temporal.Instant;
}

/** `identity.user`. Rows are never removed, and their id and kind never change. */
export const users = pgSchema("identity").table("user", {
  id: uuid("id").primaryKey(),
  kind: text("kind").$type<ActorKind>().notNull(),
  handle: text("handle"),
  createdAt: instant("created_at").notNull(),
});

const one = async (on: Executor, where: SQL | undefined): Promise<User | undefined> => {
  const [user] = await on.select().from(users).where(where).limit(1);
  return user;
};

/** The user with this id, of any kind. `id` must be a UUID. */
export const userById = (on: Executor, id: string): Promise<User | undefined> =>
  one(on, eq(users.id, id));

/** The user of this kind with this handle, whatever its case. */
export const userByHandle = (
  on: Executor,
  kind: ActorKind,
  handle: string,
): Promise<User | undefined> =>
  one(on, sql`${users.kind} = ${kind} and lower(${users.handle}) = lower(${handle})`);

/** A user as one who acts. */
export const actorOf = (user: User): Actor => ({
  kind: user.kind,
  id: user.id,
  name: user.handle ?? user.id,
});
