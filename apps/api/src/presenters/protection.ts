import type { HeldUse } from "@closebell/custody";
import type {
  Activity,
  ActivitySpan,
  Protection,
  ProtectionChange,
  SpendingLimit,
} from "@closebell/protection";
import type { z } from "@hono/zod-openapi";
import type {
  activitySchema,
  heldUseSchema,
  protectionChangeSchema,
  protectionSchema,
} from "../schemas/protection.ts";

const digits = (amount: bigint | null): string | null => (amount === null ? null : String(amount));

const presentLimit = (
  limit: SpendingLimit,
): z.infer<typeof protectionSchema>["limits"][number] => ({
  kind: limit.kind,
  period: limit.period,
  amountMicroUsdc: digits(limit.amount),
  usedMicroUsdc: String(limit.used),
  remainingMicroUsdc: digits(limit.remaining),
  periodStart: limit.periodStart.toString(),
  resetsAt: limit.resetsAt.toString(),
  pending:
    limit.pending === null
      ? null
      : {
          amountMicroUsdc: digits(limit.pending.amount),
          from: limit.pending.from.toString(),
          until: limit.pending.until.toString(),
        },
});

export const presentProtection = (protection: Protection): z.infer<typeof protectionSchema> => ({
  userId: protection.userId,
  suspended: protection.restrictions.length > 0,
  restrictions: protection.restrictions.map(({ kind, since, until, overAt }) => ({
    kind,
    since: since.toString(),
    until: until?.toString() ?? null,
    overAt: overAt?.toString() ?? null,
  })),
  limits: protection.limits.map(presentLimit),
});

/** What a change says of time, as PostgreSQL writes it into JSON. */
const INSTANTS: ReadonlySet<string> = new Set(["endsAt", "countsFrom", "confirmFrom"]);

const presentContent = (content: ProtectionChange["content"]) =>
  Object.fromEntries(
    Object.entries(content).map(([name, value]) => [
      name,
      value !== null && INSTANTS.has(name) ? Temporal.Instant.from(value).toString() : value,
    ]),
  );

export const presentChange = ({
  at,
  what,
  content,
  own,
}: ProtectionChange): z.infer<typeof protectionChangeSchema> => ({
  at: at.toString(),
  what,
  content: presentContent(content),
  own,
});

const presentSpan = (span: Activity) => ({
  since: span.since?.toString() ?? null,
  depositedMicroUsdc: String(span.deposited),
  withdrawnMicroUsdc: String(span.withdrawn),
  netDepositsMicroUsdc: String(span.netDeposits),
  stakedMicroUsdc: String(span.staked),
  returnedMicroUsdc: String(span.returned),
});

export const presentActivity = (
  userId: string,
  spans: Readonly<Record<ActivitySpan, Activity>>,
): z.infer<typeof activitySchema> => ({
  userId,
  day: presentSpan(spans.day),
  week: presentSpan(spans.week),
  month: presentSpan(spans.month),
  sixMonths: presentSpan(spans.sixMonths),
  lifetime: presentSpan(spans.lifetime),
});

export const presentHeldUse = (use: HeldUse): z.infer<typeof heldUseSchema> => ({
  id: use.id,
  userId: use.userId,
  amountMicroUsdc: String(use.amountMicroUsdc),
  createdAt: use.createdAt.toString(),
});
