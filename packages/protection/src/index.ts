import { fileURLToPath } from "node:url";
import type { MigrationSet } from "@closebell/database";

export { ACTIVITY_SPANS, activityOf, type Activity, type ActivitySpan } from "./activity-of.ts";
export * from "./admit-deposit.ts";
export * from "./audit-protection.ts";
export { blockUser } from "./block-user.ts";
export * from "./confirm-limit.ts";
export * from "./exclude-self.ts";
export * from "./list-changes.ts";
export * from "./list-limits.ts";
export { protectionOf, type Protection } from "./protection-of.ts";
export type { Restriction, RestrictionKind } from "./restriction.ts";
export * from "./return-to-play.ts";
export * from "./screen-player.ts";
export * from "./screening.ts";
export * from "./set-limit.ts";
export {
  LIMIT_KINDS,
  LIMIT_PERIODS,
  type LimitKind,
  type LimitPeriod,
  type SpendingLimit,
} from "./spending-limit.ts";
export * from "./take-time-out.ts";
export * from "./unblock-user.ts";
export * from "./unless-account-busy.ts";

export const migrations: MigrationSet = {
  name: "protection",
  folder: fileURLToPath(new URL("../migrations", import.meta.url)),
};
