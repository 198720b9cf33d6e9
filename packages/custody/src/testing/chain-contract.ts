import { describe, expect, test } from "bun:test";
import { microUsdc, type MicroUsdc } from "@closebell/money";
import type { Chain, ChainTxStatus } from "../chain.ts";

/** A chain to judge, and the means to make things happen on it. */
export interface ChainUnderTest {
  readonly chain: Chain;
  /** Pays `amount` to `address` from outside and waits until it counts. */
  readonly deposit?: (
    address: string,
    amount: MicroUsdc,
  ) => Promise<{ readonly tx: string; readonly log: number }>;
  /** Lets time pass on the chain, until payments are final. */
  readonly settle?: () => Promise<void>;
  readonly close?: () => Promise<void>;
}

/** What the suite may use. `refusing` is an address whose payments fail; left out where there is none. */
export interface ChainFacts {
  readonly payee: string;
  readonly refusing?: string;
  /** Whether `deposit` is there: a chain on which nothing arrives by itself has none. */
  readonly deposits: boolean;
}

type Judge = (title: string, body: (subject: ChainUnderTest) => Promise<void>) => void;

const WITHDRAWALS = [
  "01900000-0000-7000-8000-000000000001",
  "01900000-0000-7000-8000-000000000002",
] as const;

const amount = microUsdc(2_500_000n);

const finalStatus = async ({ chain, settle }: ChainUnderTest, tx: string) => {
  let status: ChainTxStatus = "pending";
  for (let ask = 0; ask < 100 && status !== "confirmed" && status !== "failed"; ask += 1) {
    await settle?.();
    status = await chain.statusOf(tx);
  }
  return status;
};

const judgeAddresses = (judge: Judge) => {
  judge("has a name fit for an account code", async ({ chain }) => {
    expect(chain.name).toMatch(/^[a-z][a-z0-9-]*$/);
    await chain.deposits(null);
  });

  judge("derives one valid address for each index, always the same", async ({ chain }) => {
    const indexes = Array.from({ length: 50 }, (_, index) => index);
    const addresses = indexes.map((index) => chain.addressAt(index));
    expect(new Set(addresses).size).toBe(indexes.length);
    expect(addresses.every((address) => chain.isAddress(address))).toBe(true);
    expect(indexes.map((index) => chain.addressAt(index))).toEqual(addresses);
    await Promise.resolve();
  });

  judge("tells an address from other text", async ({ chain }) => {
    const address = chain.addressAt(0);
    for (const text of ["", "0x", "nobody", address.slice(0, -1), `${address}0`, ` ${address}`]) {
      expect(chain.isAddress(text)).toBe(false);
    }
    await Promise.resolve();
  });
};

const judgeDeposits = (judge: Judge) => {
  judge("tells every deposit, after the cursor and again from an older one", async (subject) => {
    const { chain, deposit } = subject;
    if (deposit === undefined) throw new Error("This chain was said to take deposits.");
    const start = await chain.deposits(null);
    const first = await deposit(chain.addressAt(1), amount);
    const middle = await chain.deposits(start.cursor);
    const second = await deposit(chain.addressAt(2), microUsdc(1n));
    const end = await chain.deposits(middle.cursor);
    expect(middle.deposits).toContainEqual(
      expect.objectContaining({ ...first, address: chain.addressAt(1), amount, confirmed: true }),
    );
    expect(end.deposits).toContainEqual(
      expect.objectContaining({ ...second, address: chain.addressAt(2), amount: microUsdc(1n) }),
    );
    const again = await chain.deposits(start.cursor);
    for (const told of [first, second]) {
      expect(again.deposits).toContainEqual(expect.objectContaining(told));
    }
  });
};

const judgePayments = (judge: Judge, { payee, refusing }: ChainFacts) => {
  judge("pays once for each withdrawal, however often it is asked", async ({ chain }) => {
    const [first, second] = WITHDRAWALS;
    const { tx } = await chain.send({ withdrawalId: first, to: payee, amount });
    const repeated = await Promise.all([
      chain.send({ withdrawalId: first, to: payee, amount }),
      chain.send({ withdrawalId: first, to: payee, amount }),
    ]);
    expect(repeated.map((payment) => payment.tx)).toEqual([tx, tx]);
    const other = await chain.send({ withdrawalId: second, to: payee, amount });
    expect(other.tx).not.toBe(tx);
  });

  judge("confirms a payment, and stays with it", async (subject) => {
    const { tx } = await subject.chain.send({ withdrawalId: WITHDRAWALS[0], to: payee, amount });
    expect(await finalStatus(subject, tx)).toBe("confirmed");
    expect(await subject.chain.statusOf(tx)).toBe("confirmed");
  });

  judge("does not know a payment that was never sent", async ({ chain }) => {
    expect(await chain.statusOf(`0x${"1".repeat(64)}`)).toBe("unknown");
  });

  if (refusing !== undefined) {
    judge("fails a payment that can't be made", async (subject) => {
      const payment = { withdrawalId: WITHDRAWALS[0], to: refusing, amount };
      const { tx } = await subject.chain.send(payment);
      expect(await finalStatus(subject, tx)).toBe("failed");
    });
  }
};

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
    if (facts.deposits) judgeDeposits(judge);
    judgePayments(judge, facts);
  });
};
