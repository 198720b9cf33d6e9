import { instant, micro } from "@closebell/database";
import type { MicroUsdc } from "@closebell/money";
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  date,
  integer,
  jsonb,
  numeric,
  pgSchema,
  smallint,
  text,
  uuid,
} from "drizzle-orm/pg-core";
import type {
  CheckKind,
  HeldReason,
  OnGraceEnd,
  Outcome,
  RoundState,
  SourceRule,
  VoidReason,
} from "./types.ts";

// The tables as the migrations make them; a test compares the two.
const rounds = pgSchema("rounds");
const usdc = (name: string) => micro(name).$type<MicroUsdc>();

const rules = {
  symbol: text("symbol").notNull(),
  feeBps: integer("fee_bps").notNull(),
  minStake: usdc("min_stake").notNull(),
  maxStake: usdc("max_stake").notNull(),
  guardBps: integer("guard_bps").notNull(),
  onGraceEnd: text("on_grace_end").$type<OnGraceEnd>().notNull(),
  sources: text("sources").array().notNull(),
  sourceRule: text("source_rule").$type<SourceRule>().notNull(),
  toleranceBps: integer("tolerance_bps").notNull(),
  rulesVersion: integer("rules_version").notNull(),
};

export const market = rounds.table("market", {
  code: text("code").primaryKey(),
  number: smallint("number").notNull(),
  name: text("name").notNull(),
  exchange: text("exchange").notNull(),
  timezone: text("timezone").notNull(),
  ...rules,
  auditSources: text("audit_sources").array().notNull(),
  lockOffsetSeconds: integer("lock_offset_seconds").notNull(),
  fetchDelayMinutes: integer("fetch_delay_minutes").notNull(),
  graceMinutes: integer("grace_minutes").notNull(),
  createdAt: instant("created_at").notNull(),
});

export const calendarException = rounds.table("calendar_exception", {
  exchange: text("exchange").notNull(),
  date: date("date", { mode: "string" }).notNull(),
  kind: text("kind").$type<"closed" | "early">().notNull(),
  closesAt: text("closes_at"),
  source: text("source").notNull(),
  actor: uuid("actor").notNull(),
  createdAt: instant("created_at").notNull(),
  approval: uuid("approval"),
});

export const round = rounds.table("round", {
  id: integer("id").primaryKey(),
  market: text("market").notNull(),
  code: text("code").notNull(),
  accounts: text("accounts").notNull(),
  period: integer("period").notNull(),
  closingDate: date("closing_date", { mode: "string" }).notNull(),
  previousDate: date("previous_date", { mode: "string" }).notNull(),
  state: text("state").$type<RoundState>().notNull(),
  paused: boolean("paused").notNull(),
  heldReason: text("held_reason").$type<HeldReason>(),
  opensAt: instant("opens_at").notNull(),
  lockAt: instant("lock_at").notNull(),
  closeAt: instant("close_at").notNull(),
  settlesFrom: instant("settles_from").notNull(),
  graceEndsAt: instant("grace_ends_at").notNull(),
  ...rules,
  outcome: text("outcome").$type<Outcome>(),
  voidReason: text("void_reason").$type<VoidReason>(),
  previousClose: numeric("previous_close"),
  close: numeric("close"),
  priceSource: text("price_source"),
  evidence: jsonb("evidence"),
  poolUp: usdc("pool_up"),
  poolDown: usdc("pool_down"),
  fee: usdc("fee"),
  betsUp: bigint("bets_up", { mode: "bigint" }),
  betsDown: bigint("bets_down", { mode: "bigint" }),
  cutRemainder: numeric("cut_remainder"),
  cutBet: uuid("cut_bet"),
  chunkBounds: uuid("chunk_bounds").array(),
  chunks: integer("chunks"),
  lockedAt: instant("locked_at"),
  settlingAt: instant("settling_at"),
  finishedAt: instant("finished_at"),
  outcomeApproval: uuid("outcome_approval"),
  lockApproval: uuid("lock_approval"),
});

/** A row of rounds.round as stored: its state may lag behind the clock until a scheduler writes it. */
export type RoundRow = typeof round.$inferSelect;

export const oracleAttempt = rounds.table("oracle_attempt", {
  id: bigint("id", { mode: "bigint" }).primaryKey().generatedAlwaysAsIdentity(),
  roundId: integer("round_id").notNull(),
  source: text("source").notNull(),
  beganAt: instant("began_at").notNull(),
  endedAt: instant("ended_at").notNull(),
  recordedAt: instant("recorded_at")
    .notNull()
    .default(sql`clock_timestamp()`),
  failure: text("failure"),
  detail: text("detail").notNull(),
  close: text("close"),
  previousClose: text("previous_close"),
  answers: jsonb("answers").notNull(),
});

export const closeCheck = rounds.table("close_check", {
  id: bigint("id", { mode: "bigint" }).primaryKey().generatedAlwaysAsIdentity(),
  roundId: integer("round_id").notNull(),
  kind: text("kind").$type<CheckKind>().notNull(),
  source: text("source").notNull(),
  beganAt: instant("began_at").notNull(),
  endedAt: instant("ended_at").notNull(),
  recordedAt: instant("recorded_at")
    .notNull()
    .default(sql`clock_timestamp()`),
  failure: text("failure"),
  detail: text("detail").notNull(),
  storedPreviousClose: text("stored_previous_close"),
  storedClose: text("stored_close"),
  previousClose: text("previous_close"),
  close: text("close"),
  differs: boolean("differs").notNull(),
  changesOutcome: boolean("changes_outcome").notNull(),
  answers: jsonb("answers").notNull(),
});
