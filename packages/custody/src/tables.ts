import { instant, micro, plainDate } from "@closebell/database";
import type { MicroUsdc } from "@closebell/money";
import {
  bigint,
  boolean,
  integer,
  jsonb,
  numeric,
  pgSchema,
  text,
  uuid,
} from "drizzle-orm/pg-core";
import type { DepositState } from "./deposit-state.ts";
import type { DrawingAccount } from "./drawing.ts";
import type { FundingState } from "./funding.ts";
import type { PaymentOutcome, PaymentPurpose, PaymentState } from "./payment-state.ts";
import type { WithdrawalState } from "./withdrawal-state.ts";

const schema = pgSchema("custody");

/** `custody.chain`: one row per chain ever used, what it is, and the next index of its deposit addresses. */
export const chains = schema.table("chain", {
  name: text("name").primaryKey(),
  nextIndex: integer("next_index").notNull(),
  asset: text("asset"),
  simulated: boolean("simulated").notNull(),
});

/** `custody.scan`: how far a chain's deposits are read, and who is reading on until when. */
export const scans = schema.table("scan", {
  chain: text("chain").primaryKey(),
  block: bigint("block", { mode: "bigint" }),
  blockHash: text("block_hash"),
  finalBlock: bigint("final_block", { mode: "bigint" }),
  finalHash: text("final_hash"),
  pageBlocks: integer("page_blocks").notNull().default(1000),
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

/** What a wallet of the house is for: paying withdrawals, or keeping what the hot one may not hold. */
export type HousePurpose = "hot" | "cold";

/** `custody.house_address`: every hot and cold wallet there ever was. */
export const houseAddresses = schema.table("house_address", {
  chain: text("chain").notNull(),
  address: text("address").notNull(),
  purpose: text("purpose").$type<HousePurpose>().notNull(),
  since: instant("since").notNull(),
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
  suspendedAt: instant("suspended_at"),
  blockNumber: bigint("block_number", { mode: "bigint" }),
  blockHash: text("block_hash"),
  final: boolean("final").notNull(),
  held: boolean("held").notNull().default(false),
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

/** `custody.funding`: an operator's money from outside to a wallet of the house. */
export const fundings = schema.table("funding", {
  id: uuid("id").primaryKey(),
  chain: text("chain").notNull(),
  tx: text("tx").notNull(),
  log: integer("log").notNull(),
  address: text("address").notNull(),
  from: text("from_address").notNull(),
  amountMicroUsdc: micro("amount").$type<MicroUsdc>().notNull(),
  state: text("state").$type<FundingState>().notNull(),
  blockNumber: bigint("block_number", { mode: "bigint" }).notNull(),
  blockHash: text("block_hash").notNull(),
  final: boolean("final").notNull(),
  createdAt: instant("created_at").notNull(),
  bookedAt: instant("booked_at"),
});

/** `custody.funding_event`: append-only history. */
export const fundingEvents = schema.table("funding_event", {
  funding: uuid("funding").notNull(),
  n: integer("n").notNull(),
  id: uuid("id").notNull(),
  state: text("state").$type<FundingState>().notNull(),
  at: instant("at").notNull(),
  actor: uuid("actor").notNull(),
  detail: text("detail").notNull(),
});

/** `custody.drawing`: append-only. */
export const drawings = schema.table("drawing", {
  id: uuid("id").primaryKey(),
  chain: text("chain").notNull(),
  tx: text("tx").notNull(),
  log: integer("log").notNull(),
  blockNumber: bigint("block_number", { mode: "bigint" }).notNull(),
  blockHash: text("block_hash").notNull(),
  address: text("address").notNull(),
  to: text("to_address").notNull(),
  amountMicroUsdc: micro("amount").$type<MicroUsdc>().notNull(),
  account: text("account").$type<DrawingAccount>().notNull(),
  approval: uuid("approval").notNull(),
  actor: uuid("actor").notNull(),
  reason: text("reason").notNull(),
  createdAt: instant("created_at").notNull(),
});

/** `custody.backfill`: the daily reading again. */
export const backfills = schema.table("backfill", {
  chain: text("chain").notNull(),
  day: plainDate("day").notNull(),
  fromBlock: bigint("from_block", { mode: "bigint" }).notNull(),
  nextBlock: bigint("next_block", { mode: "bigint" }).notNull(),
  toBlock: bigint("to_block", { mode: "bigint" }).notNull(),
  found: integer("found").notNull().default(0),
  doneAt: instant("done_at"),
});

/** `custody.withdrawal` */
export const withdrawals = schema.table("withdrawal", {
  id: uuid("id").primaryKey(),
  userId: uuid("user_id").notNull(),
  chain: text("chain").notNull(),
  to: text("to_address").notNull(),
  amountMicroUsdc: micro("amount").$type<MicroUsdc>().notNull(),
  fromHeldMicroUsdc: micro("from_held").$type<MicroUsdc>().notNull(),
  idempotencyKey: text("idempotency_key").notNull(),
  state: text("state").$type<WithdrawalState>().notNull(),
  tx: text("tx"),
  attempts: integer("attempts").notNull().default(0),
  waitingFor: text("waiting_for"),
  approvedAt: instant("approved_at"),
  approvedUpTo: micro("approved_up_to").$type<MicroUsdc>(),
  approval: uuid("approval"),
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

/** `custody.held_use`: append-only. */
export const heldUses = schema.table("held_use", {
  id: uuid("id").primaryKey(),
  userId: uuid("user_id").notNull(),
  amountMicroUsdc: micro("amount").$type<MicroUsdc>().notNull(),
  idempotencyKey: text("idempotency_key").notNull(),
  createdAt: instant("created_at").notNull(),
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

/** `custody.withdrawal_switch`: whether withdrawals of a chain are paused, since when, by whom and why. */
export const withdrawalSwitches = schema.table("withdrawal_switch", {
  chain: text("chain").primaryKey(),
  pausedAt: instant("paused_at"),
  pausedBy: uuid("paused_by"),
  reason: text("reason"),
});

/** `custody.payout_address`: where a user may have himself paid. */
export const payoutAddresses = schema.table("payout_address", {
  id: uuid("id").primaryKey(),
  userId: uuid("user_id").notNull(),
  chain: text("chain").notNull(),
  address: text("address").notNull(),
  savedAt: instant("saved_at").notNull(),
  usableFrom: instant("usable_from").notNull(),
  removedAt: instant("removed_at"),
});

/** `custody.sender`: whoever signs, and the number its next transaction gets. */
export const senders = schema.table("sender", {
  chain: text("chain").notNull(),
  address: text("address").notNull(),
  firstNonce: integer("first_nonce").notNull(),
  nextNonce: integer("next_nonce").notNull(),
});

/** `custody.payment`: one number of one sender, and what is done with it. */
export const payments = schema.table("payment", {
  id: uuid("id").primaryKey(),
  chain: text("chain").notNull(),
  sender: text("sender").notNull(),
  nonce: integer("nonce").notNull(),
  purpose: text("purpose").$type<PaymentPurpose>().notNull(),
  withdrawal: uuid("withdrawal"),
  subject: text("subject"),
  instruction: jsonb("instruction").notNull(),
  amountMicroUsdc: micro("amount").$type<MicroUsdc>().notNull(),
  gas: micro("gas").notNull(),
  state: text("state").$type<PaymentState>().notNull(),
  outcome: text("outcome").$type<PaymentOutcome>(),
  sinceBlock: micro("since_block"),
  blockNumber: micro("block_number"),
  blockHash: text("block_hash"),
  waitingFor: text("waiting_for"),
  sentAt: instant("sent_at"),
  lostAt: instant("lost_at"),
  dueAt: instant("due_at"),
  createdAt: instant("created_at").notNull(),
  doneAt: instant("done_at"),
});

/** `custody.payment_attempt`: signed bytes. */
export const paymentAttempts = schema.table("payment_attempt", {
  payment: uuid("payment").notNull(),
  n: integer("n").notNull(),
  hash: text("hash").notNull(),
  raw: text("raw").notNull(),
  maxFeePerGas: numeric("max_fee_per_gas").notNull(),
  maxPriorityFeePerGas: numeric("max_priority_fee_per_gas").notNull(),
  signedAt: instant("signed_at"),
  broadcastAt: instant("broadcast_at"),
});

/** `custody.unswept`: deposit addresses that may hold something worth moving. */
export const unswept = schema.table("unswept", {
  chain: text("chain").notNull(),
  address: text("address").notNull(),
  deposits: integer("deposits").notNull(),
  dueAt: instant("due_at"),
});

/** `custody.sweep`: when a chain's deposit addresses are looked at next. */
export const sweeps = schema.table("sweep", {
  chain: text("chain").primaryKey(),
  dueAt: instant("due_at"),
});
