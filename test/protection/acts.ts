import { randomUUID } from "node:crypto";
import { simulatedChain } from "../../packages/adapters/src/chain/index.ts";
import { DomainError } from "../../packages/context/src/index.ts";
import {
  type CustodyDeps,
  DEFAULT_POLICY,
  type Deposit,
  recordDeposit,
  requestWithdrawal,
  useHeld,
} from "../../packages/custody/src/index.ts";
import { microUsdc } from "../../packages/money/src/index.ts";
import type { RoundsHarness } from "../../packages/rounds/src/testing/index.ts";

const custodyOf = ({ deps }: RoundsHarness): CustodyDeps => ({
  ...deps,
  chains: [simulatedChain()],
  policy: DEFAULT_POLICY,
});

/** Pays in for a user on a simulated chain. */
export const depositTo = async (
  house: RoundsHarness,
  userId: string,
  amount: bigint,
): Promise<Deposit> => {
  const told = { chain: "simulated", tx: randomUUID(), log: 0, userId };
  const amountMicroUsdc = microUsdc(amount);
  const recorded = await recordDeposit(custodyOf(house), {
    by: house.by,
    ...told,
    amountMicroUsdc,
  });
  return recorded.deposit;
};

/** Takes held money into play. */
export const takeIn = (house: RoundsHarness, userId: string, amount: bigint) =>
  useHeld(custodyOf(house), {
    by: house.by,
    userId,
    amountMicroUsdc: microUsdc(amount),
    idempotencyKey: randomUUID(),
  });

/** Asks for what is his. */
export const payOut = (house: RoundsHarness, userId: string, amount: bigint) =>
  requestWithdrawal(custodyOf(house), {
    by: house.by,
    userId,
    chain: "simulated",
    to: `0x${"e".repeat(40)}`,
    amountMicroUsdc: microUsdc(amount),
    idempotencyKey: randomUUID(),
  });

/** What a verb refuses with; "done" where it doesn't. */
export const codeOf = (work: PromiseLike<unknown>): Promise<string> =>
  Promise.resolve(work).then(
    () => "done",
    (error: unknown) => (error instanceof DomainError ? error.code : String(error)),
  );
