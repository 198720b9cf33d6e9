import { instant, type Executor } from "@closebell/database";
import { eq } from "drizzle-orm";
import { pgSchema, text, uuid } from "drizzle-orm/pg-core";
import type { Permission } from "../roles.ts";

/** What is known of an API key after it was shown once. Its times are real ones, also in a sandbox. */
export interface ApiKey {
  readonly id: string;
  readonly userId: string;
  /** What its owner calls it. */
  readonly name: string;
  /** It may do what both these and its owner's roles allow. */
  readonly scopes: readonly Permission[];
  readonly createdAt: Temporal.Instant;
  readonly createdBy: string;
  readonly expiresAt: Temporal.Instant;
  /** To the hour. */
  readonly lastUsedAt: Temporal.Instant | null;
  readonly revokedAt: Temporal.Instant | null;
}

/** `identity.api_key`, without the hash. */
export const apiKeys = pgSchema("identity").table("api_key", {
  id: uuid("id").primaryKey(),
  userId: uuid("user_id").notNull(),
  name: text("name").notNull(),
  scopes: text("scopes").array().$type<Permission[]>().notNull(),
  createdAt: instant("created_at").notNull(),
  createdBy: uuid("created_by").notNull(),
  expiresAt: instant("expires_at").notNull(),
  lastUsedAt: instant("last_used_at"),
  revokedAt: instant("revoked_at"),
});

/** The key with this id. `id` must be a UUID. */
export const apiKeyById = async (on: Executor, id: string): Promise<ApiKey | undefined> => {
  const [key] = await on.select().from(apiKeys).where(eq(apiKeys.id, id)).limit(1);
  return key;
};
