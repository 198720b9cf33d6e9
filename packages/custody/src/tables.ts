import { instant, micro } from "@closebell/database";
import type { MicroUsdc } from "@closebell/money";
import { integer, pgSchema, text, uuid } from "drizzle-orm/pg-core";
import type { DepositState } from "./deposit-state.ts";
import type { WithdrawalState } from "./withdrawal-state.ts";

const schema = pgSchema("custody");

/** `custody.chain`: one row per chain ever used, and the next index of its deposit addresses. */
export const chains = schema.table("chain", {
  name: text("name").primaryKey(),
  nextIndex: integer("next_index").notNull(),
});

/** `custody.scan`: how far a chain's deposits are read, and who is reading on until when. */
export const scans = schema.table("scan", {
  chain: text("chain").primaryKey(),
  cursor: text("cursor"),
  claim: uuid("claim"),
  claimedUntil: instant("claimed_until"),
});

/** `custody.wallet`: the deposit address of a user on a chain. */
export const wallets = schema.table("wallet", {
  userId: uuid("user_id").notNull(),
  chain: text("chain").notNull(),
  index: integer("index").notNull(),
  address: text("address").notNull(),
  createdAt: instant("created_at").notNull(),
});

/** `custody.deposit` */
export const deposits = schema.table("deposit", {
  id: uuid("id").primaryKey(),
  chain: text("chain").notNull(),
  tx: text("tx").notNull(),
  log: integer("log").notNull(),
  address: text("address").notNull(),
  userId: uuid("user_id").notNull(),
  amountMicroUsdc: micro("amount").$type<MicroUsdc>().notNull(),
  state: text("state").$type<DepositState>().notNull(),
  createdAt: instant("created_at").notNull(),
  creditedAt: instant("credited_at"),
});

/** `custody.deposit_event`: append-only history. */
export const depositEvents = schema.table("deposit_event", {
  deposit: uuid("deposit").notNull(),
  n: integer("n").notNull(),
  id: uuid("id").notNull(),
  state: text("state").$type<DepositState>().notNull(),
  at: instant("at").notNull(),
  actor: uuid("actor").notNull(),
  detail: text("detail").notNull(),
});

/** `custody.withdrawal` */
export const withdrawals = schema.table("withdrawal", {
  id: uuid("id").primaryKey(),
  userId: uuid("user_id").notNull(),
  chain: text("chain").notNull(),
  to: text("to_address").notNull(),
  amountMicroUsdc: micro("amount").$type<MicroUsdc>().notNull(),
  idempotencyKey: text("idempotency_key").notNull(),
  state: text("state").$type<WithdrawalState>().notNull(),
  tx: text("tx"),
  attempts: integer("attempts").notNull().default(0),
  failureReason: text("failure_reason"),
  dueAt: instant("due_at"),
  createdAt: instant("created_at").notNull(),
  updatedAt: instant("updated_at").notNull(),
});

/** `custody.withdrawal_event`: append-only history. */
export const withdrawalEvents = schema.table("withdrawal_event", {
  withdrawal: uuid("withdrawal").notNull(),
  n: integer("n").notNull(),
  state: text("state").$type<WithdrawalState>().notNull(),
  at: instant("at").notNull(),
  actor: uuid("actor").notNull(),
  detail: text("detail").notNull(),
});

/** `custody.credit`: append-only. */
export const credits = schema.table("credit", {
  id: uuid("id").primaryKey(),
  userId: uuid("user_id").notNull(),
  amountMicroUsdc: micro("amount").$type<MicroUsdc>().notNull(),
  idempotencyKey: text("idempotency_key").notNull(),
  actor: uuid("actor").notNull(),
  reason: text("reason").notNull(),
  createdAt: instant("created_at").notNull(),
});
