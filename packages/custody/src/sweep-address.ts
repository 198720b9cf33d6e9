import { createHash } from "node:crypto";
import { transact, type Work } from "@closebell/database";
import { microUsdc, type MicroUsdc } from "@closebell/money";
import { and, eq, gt, inArray, isNull, or } from "drizzle-orm";
import {
  assignPayment,
  gasLimit,
  holdSender,
  outgoing,
  type PlannedPayment,
} from "./assign-payment.ts";
import { DomainError } from "@closebell/context";
import type { ChainSender, PaymentOrder } from "./chain-sender.ts";
import type { BlockRef } from "./block-ref.ts";
import type { SweepWay } from "./chain.ts";
import type { ChainPass } from "./chain-pass.ts";
import { realNow } from "./claim-withdrawal.ts";
import type { HotWallet } from "./hot-wallet.ts";
import { skipForeignNumbers } from "./sender-numbers.ts";
import { payments, unswept } from "./tables.ts";
import { walletIndex } from "./wallet-index.ts";

/** For how long a permission to empty an address holds. */
const PERMISSION_SECONDS = 86_400n;

/** How many times the fee a deposit address is given at once, so that a rise of the price does not strand it. */
const GAS_RESERVE = 2n;

/** A deposit address that is worth emptying. */
export interface FullAddress {
  readonly address: string;
  /** As of `at`, which is final. */
  readonly amount: MicroUsdc;
  readonly at: BlockRef;
  /** The wallet of the house it goes to. */
  readonly to: string;
}

/** What was begun; or why nothing could be. */
export type SweepStart = "swept" | "fuelled" | "under way" | { readonly reason: string };

const depositSigner = async ({ chain, deps }: ChainPass, address: string): Promise<ChainSender> => {
  const index = await transact(deps, (work) => walletIndex(work.tx, chain.name, address));
  const signer = index === undefined ? undefined : chain.depositSender(index);
  if (signer?.address === address) return signer;
  throw new DomainError(
    "SIGNING_KEY_MISSING",
    `Deposit addresses of ${chain.name} are not emptied: this process holds no key of ${address}.`,
  );
};

/** Whether something is under way for an address, or has ended after the block its balance was read at. */
const isBusy = async (
  work: Work,
  { chain }: ChainPass,
  { address, at }: FullAddress,
  purposes: readonly ("gas" | "sweep")[],
): Promise<boolean> => {
  const found = await work.tx
    .select({ id: payments.id })
    .from(payments)
    .where(
      and(
        eq(payments.chain, chain.name),
        eq(payments.subject, address),
        inArray(payments.purpose, [...purposes]),
        or(isNull(payments.outcome), gt(payments.blockNumber, at.number)),
      ),
    )
    .limit(1);
  return found.length > 0;
};

const busy = (pass: ChainPass, full: FullAddress, purposes: readonly ("gas" | "sweep")[]) =>
  transact(pass.deps, (work) => isBusy(work, pass, full, purposes));

/** Gives a payment for an address its number, once among all that sweep at the same time. */
const start = (
  pass: ChainPass,
  full: FullAddress,
  planned: PlannedPayment & { readonly purpose: "gas" | "sweep" },
): Promise<SweepStart> =>
  transact(pass.deps, async (work) => {
    await work.tx
      .select({ address: unswept.address })
      .from(unswept)
      .where(and(eq(unswept.chain, pass.chain.name), eq(unswept.address, full.address)))
      .for("update");
    if (await isBusy(work, pass, full, [planned.purpose])) return "under way";
    const assigned = await assignPayment(work, pass, planned);
    if (assigned === "assigned") return planned.purpose === "gas" ? "fuelled" : "swept";
    if (assigned === "paused") return { reason: "payments are paused" };
    const { sender, latest } = planned;
    if (sender === full.address) {
      // nothing else waits for the numbers of a deposit address: what is left there is brought in with the next look
      await skipForeignNumbers(work, { chain: pass.chain.name, sender, latest });
    }
    return { reason: `somebody else sends from ${sender}: see who has its key` };
  });

/** By a permission of the address, carried out and paid for by the hot wallet. */
const byPermission = async (
  pass: ChainPass,
  wallet: HotWallet,
  full: FullAddress,
): Promise<SweepStart> => {
  if (await busy(pass, full, ["sweep"])) return "under way";
  const { address, amount, to } = full;
  const signer = await depositSigner(pass, address);
  const now = (await realNow(pass.deps)).epochNanoseconds / 1_000_000_000n;
  const nonce = `0x${createHash("sha256").update(pass.deps.ids.uuid()).digest("hex")}`;
  const until = { validAfter: 0n, validBefore: now + PERMISSION_SECONDS };
  const authorization = await signer.authorize({ to, amount, nonce, ...until });
  const order = { kind: "authorized", authorization } as const;
  const estimate = await pass.chain.estimate(wallet.address, order);
  if (estimate.kind === "reverts") return { reason: estimate.reason };
  const { address: sender, latest } = wallet;
  const { gas } = estimate;
  return start(pass, full, { sender, latest, purpose: "sweep", subject: address, order, gas });
};

const fuel = async (
  pass: ChainPass,
  wallet: HotWallet,
  full: FullAddress,
  wei: bigint,
): Promise<SweepStart> => {
  const { address: sender, latest } = wallet;
  const order: PaymentOrder = { kind: "gas", to: full.address, wei };
  const estimate = await pass.chain.estimate(sender, order);
  if (estimate.kind === "reverts") return { reason: estimate.reason };
  const { gas } = estimate;
  return start(pass, full, { sender, latest, purpose: "gas", subject: full.address, order, gas });
};

/** By a payment of the address itself, which first has to be given what it costs. */
const byGas = async (
  pass: ChainPass,
  wallet: HotWallet,
  full: FullAddress,
): Promise<SweepStart> => {
  const { chain } = pass;
  const { address: sender, amount, to } = full;
  if (await busy(pass, full, ["gas"])) return "under way";
  const order: PaymentOrder = { kind: "usdc", to, amount };
  const estimate = await chain.estimate(sender, order);
  if (estimate.kind === "reverts") return { reason: estimate.reason };
  const { maxFeePerGas } = await chain.fees();
  const cost = gasLimit(estimate.gas) * maxFeePerGas;
  const has = await chain.gasBalance(sender);
  if (has < cost) return fuel(pass, wallet, full, cost * GAS_RESERVE - has);
  if (await busy(pass, full, ["sweep"])) return "under way";
  await depositSigner(pass, sender);
  const { latest } = await chain.nonces(sender);
  const { gas } = estimate;
  return start(pass, full, { sender, latest, purpose: "sweep", subject: sender, order, gas });
};

/**
 * Begins to empty a deposit address, unless that is under way already. What is begun is signed, sent and watched like any
 * other payment.
 * @throws DomainError SIGNING_KEY_MISSING
 */
export const sweepAddress = (
  pass: ChainPass,
  wallet: HotWallet,
  way: SweepWay,
  full: FullAddress,
): Promise<SweepStart> =>
  way === "authorization" ? byPermission(pass, wallet, full) : byGas(pass, wallet, full);

/** Takes what the hot wallet holds above its cap to the cold one, unless payments need it by now. */
export const chill = async (
  pass: ChainPass,
  wallet: HotWallet,
  cold: string,
  excess: bigint,
): Promise<void> => {
  const order: PaymentOrder = { kind: "usdc", to: cold, amount: microUsdc(excess) };
  const { address: sender, latest, at } = wallet;
  const estimate = await pass.chain.estimate(sender, order);
  if (estimate.kind === "reverts")
    throw new Error(`The cold wallet can't be paid: ${estimate.reason}`);
  const { gas } = estimate;
  await transact(pass.deps, async (work) => {
    const under = await work.tx
      .select({ id: payments.id })
      .from(payments)
      .where(
        and(
          eq(payments.chain, pass.chain.name),
          eq(payments.purpose, "cold"),
          or(isNull(payments.outcome), gt(payments.blockNumber, at.number)),
        ),
      )
      .limit(1);
    if (under.length > 0 || !(await holdSender(work, pass, { sender, latest }))) return;
    const taken = await outgoing(work, { chain: pass.chain.name, sender, at });
    if (wallet.balance - taken < excess) return;
    await assignPayment(work, pass, { sender, latest, purpose: "cold", order, gas });
  });
};
