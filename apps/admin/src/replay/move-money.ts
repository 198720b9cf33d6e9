import { DomainError } from "@closebell/context";
import {
  advanceChain,
  creditUser,
  listWithdrawals,
  recordDeposit,
  requestWithdrawal,
  reviewWithdrawal,
} from "@closebell/custody";
import type { MicroUsdc } from "@closebell/money";
import { BROKE, topUpFor, withdrawalFor } from "./players.ts";
import { byOf, type Player, type Stage } from "./stage.ts";

const hash = (stage: Stage): string => stage.deps.ids.uuid().replaceAll("-", "");

const receive = async (stage: Stage, player: Player, amount: MicroUsdc): Promise<void> => {
  const { deps, chain, chance } = stage;
  const to = { by: byOf(stage, stage.operator), userId: player.id, amountMicroUsdc: amount };
  if (chance.oneIn(4)) {
    await creditUser(deps, { ...to, idempotencyKey: hash(stage) });
  } else {
    await recordDeposit(deps, { ...to, chain, tx: `0x${hash(stage).repeat(2)}`, log: 0 });
  }
  stage.expected.move(player.id, amount);
};

/** What an operator does about payments that the chain undid: the money returns. */
const giveBack = async (stage: Stage): Promise<void> => {
  const { items } = await listWithdrawals(stage.deps, { state: "NEEDS_REVIEW", limit: 1_000 });
  for (const { id: withdrawalId } of items) {
    const by = { ...byOf(stage, stage.operator), reason: "undone by the simulated chain" };
    await reviewWithdrawal(stage.deps, { by, withdrawalId, decision: "refund" });
  }
};

/** Passes over the chain until `open` withdrawals are paid or undone, and the undone ones are given back. */
const finishWithdrawals = async (stage: Stage, open: number): Promise<void> => {
  let ended = 0;
  for (let pass = 0; ended < open; pass += 1) {
    const { confirmed, review, problems } = await advanceChain(stage.deps, {
      by: byOf(stage, stage.operator),
    });
    ended += confirmed + review;
    if (pass < 10 && problems.length === 0) continue;
    const why = problems[0]?.message ?? "the chain does not end them";
    throw new DomainError("INTERNAL", `${open - ended} withdrawals of the replay are open: ${why}`);
  }
  await giveBack(stage);
};

// A simulated payment to an address that ends in `dead` is undone by the chain.
const addressFor = (stage: Stage, fails: boolean): string =>
  `0x${(hash(stage) + hash(stage)).slice(-40 + (fails ? 4 : 0))}${fails ? "dead" : ""}`;

/** Broke players come back with money; now and then a rich one takes some out, and one such payment in five is undone. */
export const moveMoney = async (stage: Stage): Promise<void> => {
  const { chance, deps, expected } = stage;
  let open = 0;
  for (const player of stage.players) {
    const purse = expected.available(player.id);
    if (purse < BROKE) await receive(stage, player, topUpFor(chance));
    const amount = withdrawalFor(chance, purse);
    if (amount === undefined) continue;
    const fails = chance.oneIn(5);
    await requestWithdrawal(deps, {
      by: byOf(stage, player.actor),
      userId: player.id,
      chain: stage.chain,
      to: addressFor(stage, fails),
      amountMicroUsdc: amount,
      idempotencyKey: hash(stage),
    });
    if (!fails) expected.move(player.id, -amount);
    open += 1;
  }
  await finishWithdrawals(stage, open);
};
