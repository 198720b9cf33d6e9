import { DomainError } from "@closebell/context";
import { transact } from "@closebell/database";
import { formatUsdc, type MicroUsdc } from "@closebell/money";
import type { ChainPass } from "./chain-pass.ts";
import type { BlockRef } from "./block-ref.ts";
import { priceProblem } from "./gas-price.ts";
import { turnSwitch } from "./pause-withdrawals.ts";
import { nextNumber } from "./sender-numbers.ts";
import { switchOf } from "./withdrawal-switch.ts";

/** What the chain says of the hot wallet. */
export interface HotWallet {
  readonly address: string;
  /** As of `at`. */
  readonly balance: MicroUsdc;
  readonly at: BlockRef;
  /** The number of its next transaction by what is mined. */
  readonly latest: number;
  /** Why nothing new is signed at the price of gas now. */
  readonly tooDear: string | undefined;
}

/** Whether nothing may be approved, signed or handed in. */
export const isPaused = async ({ deps, chain }: ChainPass): Promise<boolean> =>
  (await transact(deps, (work) => switchOf(work.tx, chain.name))).pausedAt !== null;

/**
 * Makes sure that this process can sign.
 * @throws DomainError SIGNING_KEY_MISSING
 */
export const needKey = ({ chain }: Pick<ChainPass, "chain">): void => {
  if (chain.sender !== undefined) return;
  throw new DomainError(
    "SIGNING_KEY_MISSING",
    `Payments of ${chain.name} wait: this process holds no key of the hot wallet ${chain.hotWallet}.`,
  );
};

/** Turns the kill switch on by itself and says why. */
const pauseItself = async (pass: ChainPass, reason: string): Promise<void> => {
  const { deps, by, chain } = pass;
  await transact(deps, (work) => turnSwitch(work, { by, chain: chain.name, reason }, true));
  deps.log.error({ chain: chain.name, reason }, "withdrawals paused themselves");
};

/** Says that numbers of an address were used by nobody here, after which nothing is certain about what it sends. */
export const pauseForForeign = (pass: ChainPass, address: string, number: number): Promise<void> =>
  pauseItself(
    pass,
    `transaction ${number} of ${address} was not made here: see who else holds its key, or whether this database is an old copy`,
  );

/**
 * Asks the chain how the hot wallet stands. Undefined where somebody else has used its key: then withdrawals are paused.
 */
export const readHotWallet = async (pass: ChainPass): Promise<HotWallet | undefined> => {
  const { chain, deps } = pass;
  const address = chain.hotWallet;
  const { latest } = await chain.nonces(address);
  const of = { chain: chain.name, sender: address };
  const next = await transact(deps, (work) => nextNumber(work.tx, of));
  if (next !== undefined && latest > next) {
    await pauseForForeign(pass, address, latest - 1);
    return undefined;
  }
  const { latest: at } = await chain.head();
  const [balance] = await chain.balances([address], at);
  if (balance === undefined) throw new Error(`${chain.name} told no balance.`);
  return { address, balance, at, latest, tooDear: await priceProblem(pass) };
};

/** For whoever waits until the hot wallet has more. */
export const shortOf = (wallet: HotWallet, free: bigint): string =>
  `the hot wallet has ${formatUsdc(wallet.balance)} USDC, of which ${free < 0n ? 0n : free} micro-USDC are free`;
