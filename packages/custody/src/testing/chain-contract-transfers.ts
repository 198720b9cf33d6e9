import { expect } from "bun:test";
import { microUsdc } from "@closebell/money";
import { ChainError } from "../chain.ts";
import {
  among,
  balanceOf,
  movable,
  transfersTo,
  usdc,
  type Judge,
} from "./chain-contract-scene.ts";

/** What comes in, in blocks that come and go. */
export const judgeTransfers = (judge: Judge) => {
  judge(
    "tells every transfer to us, in order, by its block, and again when asked again",
    async (subject) => {
      const { chain, deposit } = movable(subject);
      const [a, b, stranger] = [chain.addressAt(1), chain.addressAt(2), chain.addressAt(9)];
      const first = await deposit(a, usdc(3n));
      const block = (await chain.head()).latest;
      await deposit(stranger, usdc(1n));
      const second = await deposit(b, microUsdc(1n));
      const told = await transfersTo(chain, [a, b]);
      expect(told).toEqual([
        expect.objectContaining({ ...first, to: a, amount: usdc(3n), block }),
        expect.objectContaining({ ...second, to: b, amount: microUsdc(1n) }),
      ]);
      expect(await transfersTo(chain, [a, b])).toEqual(told);
      expect(await transfersTo(chain, [a, b], block.number + 1n)).toEqual(told.slice(1));
      expect(await chain.transfers({ from: block.number, to: block, ours: among([a, b]) })).toEqual(
        told.slice(0, 1),
      );
    },
  );

  judge("tells the same where the recipients are named", async (subject) => {
    const { chain, deposit } = movable(subject);
    const [a, b] = [chain.addressAt(1), chain.addressAt(2)];
    await deposit(a, usdc(1n));
    await deposit(b, usdc(2n));
    const { latest } = await chain.head();
    const query = { from: chain.startBlock, to: latest, ours: among([a, b]) };
    const all = await chain.transfers(query);
    expect(all.length).toBe(2);
    expect(await chain.transfers({ ...query, recipients: [a, b] })).toEqual(all);
    expect(await chain.transfers({ ...query, recipients: [b], ours: among([b]) })).toEqual(
      all.slice(1),
    );
  });

  judge("asks about each recipient in the spelling of addressFrom", async (subject) => {
    const { chain, deposit } = movable(subject);
    await deposit(chain.addressAt(1), usdc(1n));
    const asked: string[] = [];
    const ours = (addresses: readonly string[]) => {
      asked.push(...addresses);
      return Promise.resolve(new Set<string>());
    };
    const { latest } = await chain.head();
    expect(await chain.transfers({ from: chain.startBlock, to: latest, ours })).toEqual([]);
    expect(asked).toContain(chain.addressAt(1));
    expect(asked.map((address) => chain.addressFrom(address))).toEqual(asked);
  });

  judge("tells balances as of a block", async (subject) => {
    const { chain, deposit } = movable(subject);
    const address = chain.addressAt(1);
    const before = (await chain.head()).latest;
    await deposit(address, usdc(3n));
    expect(await balanceOf(chain, address)).toBe(usdc(3n));
    expect(await balanceOf(chain, address, before)).toBe(microUsdc(0n));
    const { latest } = await chain.head();
    expect(await chain.balances([chain.addressAt(2), address], latest)).toEqual([
      microUsdc(0n),
      usdc(3n),
    ]);
    expect(await chain.balances([], latest)).toEqual([]);
  });

  judge("does not tell what a vanished block held, nor up to that block", async (subject) => {
    const { chain, deposit, reorg } = movable(subject);
    const address = chain.addressAt(1);
    await deposit(address, usdc(3n));
    const { latest } = await chain.head();
    await reorg(1);
    const query = { from: chain.startBlock, to: latest, ours: among([address]) };
    expect(chain.transfers(query)).rejects.toBeInstanceOf(ChainError);
    expect(chain.balances([address], latest)).rejects.toBeInstanceOf(ChainError);
    expect(await chain.blockAt(latest.number)).not.toEqual(latest);
    expect(await transfersTo(chain, [address])).toEqual([]);
    expect(await balanceOf(chain, address)).toBe(microUsdc(0n));
  });

  judge("what is final stays final, and grows", async (subject) => {
    const { chain, deposit, settle } = movable(subject);
    const before = (await chain.head()).final;
    const { tx } = await deposit(chain.addressAt(1), usdc(1n));
    await settle();
    const { final } = await chain.head();
    const [told] = await transfersTo(chain, [chain.addressAt(1)]);
    expect(told?.tx).toBe(tx);
    expect(told?.block.number).toBeLessThanOrEqual(final.number);
    expect(await chain.blockAt(before.number)).toEqual(before);
  });
};
