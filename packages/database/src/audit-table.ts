import { bigint, jsonb, pgSchema, text, uuid } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

/** `database.audit`: who did what to what, and why. Rows are only ever added. */
export const audit = pgSchema("database").table("audit", {
  id: bigint("id", { mode: "bigint" }).primaryKey().generatedAlwaysAsIdentity(),
  at: instant("at").notNull(),
  actor: uuid("actor").notNull(),
  actorName: text("actor_name").notNull(),
  action: text("action").notNull(),
  subject: text("subject").notNull(),
  reason: text("reason"),
  requestId: uuid("request_id").notNull(),
  before: jsonb("before"),
  after: jsonb("after"),
});
