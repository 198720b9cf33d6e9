import { describe, test } from "bun:test";
import { judgeAddresses, judgeBlocks } from "./chain-contract-blocks.ts";
import { judgePayments, judgeSigning } from "./chain-contract-payments.ts";
import type { ChainFacts, ChainUnderTest, Judge } from "./chain-contract-scene.ts";
import { judgeTransfers } from "./chain-contract-transfers.ts";

export type { ChainFacts, ChainUnderTest } from "./chain-contract-scene.ts";

/** What every chain must do; `make` builds a fresh one for each test. */
export const describeChainContract = (
  name: string,
  make: () => ChainUnderTest | Promise<ChainUnderTest>,
  facts: ChainFacts,
): void => {
  const judge: Judge = (title, body) => {
    test(title, async () => {
      const subject = await make();
      try {
        await body(subject);
      } finally {
        await subject.close?.();
      }
    });
  };
  describe(`${name} keeps the chain contract`, () => {
    judgeAddresses(judge);
    judgeBlocks(judge);
    judgeSigning(judge, facts);
    if (!facts.blocks) return;
    judgeTransfers(judge);
    judgePayments(judge, facts);
  });
};
