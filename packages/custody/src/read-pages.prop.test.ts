import { expect, test } from "bun:test";
import fc from "fast-check";
import type { OwnAddresses } from "./own-addresses.ts";
import { MAX_PAGE, readPages, type TransferPage } from "./read-pages.ts";
import { scriptedChain } from "./testing/scripted-chain.ts";

const payee = `0x${"a".repeat(40)}`;
const own: OwnAddresses = {
  recipients: [payee],
  ours: () => Promise.resolve(new Set([payee])),
  isHouse: () => false,
};

test("pages follow one another without gap or overlap, and tell every transfer once, whatever the node allows", async () => {
  const worlds = fc.record({
    blocks: fc.integer({ min: 1, max: 120 }),
    from: fc.integer({ min: 0, max: 40 }),
    pageBlocks: fc.integer({ min: 1, max: MAX_PAGE }),
    maxBlocks: fc.integer({ min: 1, max: 60 }),
    pays: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 12 }),
  });
  await fc.assert(
    fc.asyncProperty(worlds, async ({ blocks, from, pageBlocks, maxBlocks, pays }) => {
      const chain = scriptedChain({ firstBlock: 1 });
      for (const wait of pays) {
        chain.pay(payee, 1n);
        chain.mine(wait);
      }
      chain.mine(blocks);
      const { latest } = await chain.head();
      chain.node.maxBlocks = maxBlocks;
      const pages: TransferPage[] = [];
      const begin = BigInt(from);
      const take = (page: TransferPage) => Promise.resolve(pages.push(page) > 0);
      let size = pageBlocks;
      const onRefused = (fewer: number) => Promise.resolve(void (size = fewer));
      // A size that is far too large is given up for now; three readings come from a thousand to one.
      for (let tries = 0; tries < 3; tries += 1) {
        const at = (pages.at(-1)?.to.number ?? begin - 1n) + 1n;
        const read = { from: at, to: latest, pageBlocks: size, own, onRefused };
        await readPages(chain, read, take).catch(() => undefined);
      }
      const inRange = chain.standing.filter(({ block }) => block.number >= begin);
      expect(pages.flatMap((page) => page.transfers)).toEqual(inRange);
      for (const [n, page] of pages.entries()) {
        const first = (pages[n - 1]?.to.number ?? begin - 1n) + 1n;
        expect(Number(page.to.number - first)).toBeLessThan(maxBlocks);
      }
      if (begin <= latest.number) expect(pages.at(-1)?.to).toEqual(latest);
    }),
  );
});

test("who has had enough is read no further", async () => {
  const chain = scriptedChain({ firstBlock: 30 });
  const { latest } = await chain.head();
  const ends: bigint[] = [];
  await readPages(chain, { from: 1n, to: latest, pageBlocks: 4, own }, (page) => {
    ends.push(page.to.number);
    return Promise.resolve(ends.length < 3);
  });
  expect(ends).toEqual([4n, 9n, 15n]);
});

test("a node that answers nothing is asked a few times, and not for ever", async () => {
  const chain = scriptedChain({ firstBlock: 300 });
  const { latest } = await chain.head();
  let asked = 0;
  chain.node.before = (question) => void (asked += question === "transfers" ? 1 : 0);
  chain.node.maxBlocks = 0;
  const take = () => Promise.resolve(true);
  const reading = readPages(chain, { from: 1n, to: latest, pageBlocks: 1_000, own }, take);
  expect(await reading.then(() => "read", String)).toContain("max block range");
  expect(asked).toBe(5);
});
