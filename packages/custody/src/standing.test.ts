import { describe, expect, test } from "bun:test";
import { scriptedChain, type ScriptedChain } from "./testing/scripted-chain.ts";
import { standingReader } from "./standing.ts";

const payee = `0x${"a".repeat(40)}`;

const paid = async (chain: ScriptedChain) => {
  const { tx } = chain.pay(payee, 5n);
  chain.mine();
  const { latest } = await chain.head();
  return { tx, blockNumber: latest.number, blockHash: latest.hash };
};

const readerOf = async (chain: ScriptedChain, readTo?: bigint) => {
  const head = await chain.head();
  return standingReader(chain, { ...head, readTo: readTo ?? head.latest.number });
};

const ask = async (chain: ScriptedChain, told: Awaited<ReturnType<typeof paid>>, readTo?: bigint) =>
  (await readerOf(chain, readTo))(told);

describe("a transfer", () => {
  test("stands as deep as there are blocks on it, and at last for good", async () => {
    const chain = scriptedChain();
    const told = await paid(chain);
    const depths = [];
    for (let block = 0; block < 5; block += 1) {
      depths.push(await ask(chain, told));
      chain.mine();
    }
    expect(depths).toEqual(
      [1n, 2n, 3n, 4n, 5n].map((blocks) => ({
        kind: "stands",
        depth: { blocks, final: blocks > 3n },
      })),
    );
  });

  test("is gone once its block is another one and it stands nowhere", async () => {
    const chain = scriptedChain();
    const told = await paid(chain);
    chain.reorg(1);
    expect(await ask(chain, told)).toEqual({ kind: "gone" });
  });

  test("that stands elsewhere is waited for, until that has been read for good without it", async () => {
    const chain = scriptedChain();
    const told = await paid(chain);
    chain.reorg(1);
    chain.mine();
    expect(await ask(chain, told)).toEqual({ kind: "unknown" });
    chain.finalise();
    expect(await ask(chain, told, told.blockNumber)).toEqual({ kind: "unknown" });
    expect(await ask(chain, told)).toEqual({ kind: "gone" });
  });

  test("whose node has not come so far yet is unknown", async () => {
    const chain = scriptedChain();
    const told = await paid(chain);
    chain.mine();
    const ahead = await readerOf(chain);
    chain.node.lag = 2;
    expect(await ask(chain, told)).toEqual({ kind: "unknown" });
    expect(await ahead(told)).toEqual({ kind: "unknown" });
  });

  test("that was told by hand stands in no block", async () => {
    const reader = await readerOf(scriptedChain());
    const byHand = { tx: "0x1", blockNumber: null, blockHash: null };
    expect(await reader(byHand)).toEqual({ kind: "unknown" });
  });

  test("costs one question for each block", async () => {
    const chain = scriptedChain();
    const told = await paid(chain);
    const reader = await readerOf(chain);
    let asked = 0;
    chain.node.before = () => void (asked += 1);
    await Promise.all([reader(told), reader(told)]);
    await reader({ ...told, tx: "0x2" });
    expect(asked).toBe(1);
  });
});
