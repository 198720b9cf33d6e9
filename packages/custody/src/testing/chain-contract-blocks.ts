import { expect } from "bun:test";
import { ChainError } from "../chain.ts";
import type { Judge } from "./chain-contract-scene.ts";

/** Names and addresses, which no chain has to be asked for. */
export const judgeAddresses = (judge: Judge) => {
  judge("has a name fit for an account code, and says what that stands for", async ({ chain }) => {
    expect(chain.name).toMatch(/^[a-z][a-z0-9-]*$/);
    expect(chain.asset).toMatch(/^[\w:/.-]+$/);
    await chain.head();
  });

  judge("derives one address for each index, always the same", async ({ chain }) => {
    const indexes = Array.from({ length: 50 }, (_, index) => index);
    const addresses = indexes.map((index) => chain.addressAt(index));
    expect(new Set([...addresses, chain.hotWallet]).size).toBe(indexes.length + 1);
    expect(indexes.map((index) => chain.addressAt(index))).toEqual(addresses);
    await Promise.resolve();
  });

  judge("tells every address in one spelling", async ({ chain }) => {
    const own = [chain.addressAt(0), chain.hotWallet, chain.coldWallet ?? chain.addressAt(1)];
    for (const address of own) {
      expect(chain.addressFrom(address)).toBe(address);
      expect(chain.addressFrom(address.toLowerCase())).toBe(address);
    }
    await Promise.resolve();
  });

  judge("tells an address from other text", async ({ chain }) => {
    const address = chain.addressAt(0);
    for (const text of ["", "0x", "nobody", address.slice(0, -1), `${address}0`, ` ${address}`]) {
      expect(chain.addressFrom(text)).toBeUndefined();
    }
    await Promise.resolve();
  });
};

/** Blocks, as far as a chain that stands still has them. */
export const judgeBlocks = (judge: Judge) => {
  judge("has a newest block, and a final one that is no newer; both stand", async ({ chain }) => {
    const { latest, final } = await chain.head();
    expect(final.number).toBeLessThanOrEqual(latest.number);
    expect(await chain.blockAt(latest.number)).toEqual(latest);
    expect(await chain.blockAt(final.number)).toEqual(final);
    expect(await chain.blockAt(latest.number + 1_000_000n)).toBeUndefined();
  });

  judge("tells nothing up to a block that does not stand", async ({ chain }) => {
    const { latest } = await chain.head();
    const to = { number: latest.number, hash: `0x${"5".repeat(64)}` };
    const ours = () => Promise.resolve(new Set<string>());
    expect(chain.transfers({ from: chain.startBlock, to, ours })).rejects.toBeInstanceOf(
      ChainError,
    );
    expect(chain.balances([chain.hotWallet], to)).rejects.toBeInstanceOf(ChainError);
    await Promise.resolve();
  });
};
