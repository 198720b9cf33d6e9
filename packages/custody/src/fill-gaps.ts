import { transact } from "@closebell/database";
import { insertPayment } from "./assign-payment.ts";
import { BATCH } from "./claim-withdrawal.ts";
import type { ChainPass } from "./chain-pass.ts";
import { gapsOf } from "./sender-numbers.ts";

/**
 * Makes payments of nothing for the numbers of a sender that were passed over: not mined, though all before them are, and
 * given to no payment. They would hold up all that come after.
 */
export const fillGaps = async (pass: ChainPass, sender: string, latest: number): Promise<void> => {
  const of = { chain: pass.chain.name, sender, latest };
  const gaps = await transact(pass.deps, (work) => gapsOf(work.tx, of, BATCH));
  if (gaps.length === 0) return;
  const order = { kind: "nothing" } as const;
  const estimate = await pass.chain.estimate(sender, order);
  if (estimate.kind === "reverts") throw new Error(`Nothing can't be paid: ${estimate.reason}`);
  const { gas } = estimate;
  await transact(pass.deps, async (work) => {
    for (const nonce of await gapsOf(work.tx, of, BATCH)) {
      await insertPayment(work, pass, { sender, purpose: "fill", order, gas }, nonce);
    }
  });
  pass.deps.log.warn({ chain: of.chain, sender, gaps }, "numbers nobody used are filled");
};
