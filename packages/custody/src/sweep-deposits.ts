import { reachable, texts, transact, type Work } from "@closebell/database";
import { microUsdc, type MicroUsdc } from "@closebell/money";
import { and, asc, eq, gt, isNull, lte, or, sql, sum } from "drizzle-orm";
import { outgoing } from "./assign-payment.ts";
import { BATCH } from "./claim-withdrawal.ts";
import { reportProblem, type ChainPass } from "./chain-pass.ts";
import { isPaused, needKey, readHotWallet, type HotWallet } from "./hot-wallet.ts";
import { scanPlace } from "./scan-claim.ts";
import { chill, sweepAddress } from "./sweep-address.ts";
import { destinationOf, excessOf, type Room } from "./sweep-plan.ts";
import { payments, sweeps, unswept } from "./tables.ts";

/** Real seconds from one look at the deposit addresses to the next. */
const EVERY_SECONDS = 60;

/** What one look at the deposit addresses began. */
export interface Sweep {
  /** Addresses that are being emptied from now on. */
  readonly swept: number;
  readonly amountMicroUsdc: MicroUsdc;
  /** Addresses worth emptying that are left as they are, and why. */
  readonly left: readonly { readonly address: string; readonly reason: string }[];
}

interface Candidate {
  readonly address: string;
  readonly deposits: number;
}

const candidates = (pass: ChainPass): Promise<readonly Candidate[]> =>
  transact(pass.deps, (work) =>
    work.tx
      .select({ address: unswept.address, deposits: unswept.deposits })
      .from(unswept)
      .where(eq(unswept.chain, pass.chain.name))
      .orderBy(asc(unswept.dueAt), asc(unswept.address))
      .limit(BATCH),
  );

/** Strikes out an address that holds too little, unless something has come in since it was listed. */
const strike = (pass: ChainPass, { address, deposits }: Candidate) =>
  transact(pass.deps, (work) =>
    work.tx
      .delete(unswept)
      .where(
        and(
          eq(unswept.chain, pass.chain.name),
          eq(unswept.address, address),
          eq(unswept.deposits, deposits),
        ),
      ),
  );

/** USDC on its way from deposit addresses to the hot wallet. */
const incoming = async (work: Work, chain: string, { address, at }: HotWallet): Promise<bigint> => {
  const [row] = await work.tx
    .select({ amount: sum(payments.amountMicroUsdc) })
    .from(payments)
    .where(
      and(
        eq(payments.chain, chain),
        eq(payments.purpose, "sweep"),
        sql`${payments.instruction} ->> 'to' = ${address}`,
        or(
          and(isNull(payments.outcome), isNull(payments.blockNumber)),
          gt(payments.blockNumber, at.number),
        ),
      ),
    );
  return BigInt(row?.amount ?? "0");
};

const roomOf = (pass: ChainPass, wallet: HotWallet): Promise<Room> =>
  transact(pass.deps, async (work) => {
    const { chain, deps } = pass;
    const { address: sender, at, balance } = wallet;
    const out = await outgoing(work, { chain: chain.name, sender, at });
    return {
      hot: balance - out + (await incoming(work, chain.name, wallet)),
      cap: deps.policy.hotWalletCap,
      hotWallet: sender,
      coldWallet: chain.coldWallet,
    };
  });

const sweepAll = async (pass: ChainPass, wallet: HotWallet, first: Room) => {
  const { chain, deps } = pass;
  const listed = await candidates(pass);
  if (listed.length === 0) return { swept: 0, amount: 0n, left: [], room: first };
  const head = await chain.head();
  const addresses = listed.map(({ address }) => address);
  const final = await chain.balances(addresses, head.final);
  const latest = await chain.balances(addresses, head.latest);
  const way = await chain.sweepWay();
  const { block: read } = await reachable(deps.database.url, () =>
    scanPlace(deps.database.orm, chain.name),
  );
  // a node that is behind does not know yet of what was credited
  const behind = read !== null && head.latest.number < read.number;
  const left: { address: string; reason: string }[] = [];
  let [swept, amount, room] = [0, 0n, first];
  for (const [n, candidate] of listed.entries()) {
    const { address } = candidate;
    const worth = (held: bigint | undefined) => (held ?? 0n) >= deps.policy.sweepFrom;
    const held = final[n] ?? microUsdc(0n);
    if (!worth(held)) {
      if (!behind && !worth(latest[n])) await strike(pass, candidate);
      continue;
    }
    const to = destinationOf(room, held);
    const begun =
      to === undefined
        ? { reason: "the hot wallet would hold more than it may, and there is no cold one" }
        : await sweepAddress(pass, wallet, way, { address, amount: held, at: head.final, to });
    if (typeof begun === "object") left.push({ address, ...begun });
    if (begun !== "swept") continue;
    if (to === room.hotWallet) room = { ...room, hot: room.hot + held };
    amount += held;
    swept += 1;
  }
  await transact(deps, (work) =>
    work.tx
      .update(unswept)
      .set({ dueAt: sql`clock_timestamp()` })
      .where(
        and(eq(unswept.chain, chain.name), sql`${unswept.address} = any(${texts(addresses)})`),
      ),
  );
  return { swept, amount, left, room };
};

/** Looks at the deposit addresses and the hot wallet now. Nothing is begun while payments are paused or gas is too dear. */
export const sweepNow = async (pass: ChainPass): Promise<Sweep> => {
  const nothing = { swept: 0, amountMicroUsdc: microUsdc(0n), left: [] };
  if (await isPaused(pass)) return nothing;
  needKey(pass);
  const wallet = await readHotWallet(pass);
  if (wallet === undefined || wallet.tooDear !== undefined) return nothing;
  const { swept, amount, left, room } = await sweepAll(pass, wallet, await roomOf(pass, wallet));
  pass.progress.swept += swept;
  for (const { address, reason } of left) {
    reportProblem(pass, "sweep", new Error(`${address} is not emptied: ${reason}`));
  }
  // Only what the wallet has by now can be taken out of it.
  const held = room.hot < wallet.balance ? room.hot : wallet.balance;
  const excess = excessOf({ ...room, hot: held }, pass.deps.policy.sweepFrom);
  if (excess > 0n && room.coldWallet === undefined) {
    const message = `The hot wallet holds ${excess} micro-USDC more than it may, and there is no cold one.`;
    reportProblem(pass, "sweep", new Error(message));
  } else if (excess > 0n && room.coldWallet !== undefined) {
    await chill(pass, wallet, room.coldWallet, excess);
  }
  return { swept, amountMicroUsdc: microUsdc(amount), left };
};

/** Takes the turn to look at the deposit addresses, which comes once a minute of real time among all processes. */
const takeTurn = (pass: ChainPass): Promise<boolean> =>
  transact(pass.deps, async (work) => {
    const chain = pass.chain.name;
    const due = and(eq(sweeps.chain, chain), lte(sweeps.dueAt, sql`clock_timestamp()`));
    const next = sql`clock_timestamp() + ${EVERY_SECONDS}::integer * interval '1 second'`;
    const known = await work.tx.select().from(sweeps).where(eq(sweeps.chain, chain));
    if (known.length === 0) await work.tx.insert(sweeps).values({ chain }).onConflictDoNothing();
    const taken = await work.tx
      .update(sweeps)
      .set({ dueAt: next })
      .where(due)
      .returning({ chain: sweeps.chain });
    return taken.length > 0;
  });

/**
 * Empties the deposit addresses that are worth it into the hot wallet, or into the cold one where the hot one would hold
 * more than it may. Nothing of that is booked: it stays what the house holds on the chain.
 */
export const sweepDeposits = async (pass: ChainPass): Promise<void> => {
  if (pass.chain.simulated || pass.chain.sender === undefined) return;
  if (await takeTurn(pass)) await sweepNow(pass);
};
