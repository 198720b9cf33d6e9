import type { Chain } from "../chain.ts";
import type { ChainSender } from "../chain-sender.ts";
import type { CustodyDeps } from "../custody-deps.ts";

/** A process that is killed after one of its deeds, after which it does nothing any more, not even tidy up. */
export interface Mortal {
  readonly deps: CustodyDeps;
  /** False once it was killed. */
  readonly alive: () => boolean;
}

const CALLS = new Set<string | symbol>([
  "head",
  "blockAt",
  "transfers",
  "balances",
  "gasBalance",
  "nonces",
  "fees",
  "estimate",
  "broadcast",
  "receipt",
  "sweepWay",
]);

type Live = <T>(work: () => Promise<T>) => Promise<T>;

const mortalSender = (sender: ChainSender, live: Live): ChainSender => ({
  address: sender.address,
  sign: (transaction) => live(() => sender.sign(transaction)),
  authorize: (what) => live(() => sender.authorize(what)),
});

const mortalChain = (chain: Chain, live: Live): Chain =>
  new Proxy(chain, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (name === "sender" && chain.sender !== undefined) return mortalSender(chain.sender, live);
      if (name === "depositSender") {
        return (index: number) => {
          const sender = chain.depositSender(index);
          return sender && mortalSender(sender, live);
        };
      }
      if (!CALLS.has(name) || typeof value !== "function") return value;
      return (...input: readonly unknown[]) =>
        live(() => Promise.resolve(Reflect.apply(value, target, input)));
    },
  });

/**
 * The same means for a process that dies after its `at`-th deed: a transaction of the database, a question to a chain or a
 * signature. Nothing that stays happens in between.
 */
export const mortalDeps = (deps: CustodyDeps, at: number): Mortal => {
  let deeds = 0;
  const dieIf = (dead: boolean): void => {
    if (dead) throw new Error("killed");
  };
  const live: Live = async (work) => {
    dieIf(deeds >= at);
    const answer = await work();
    deeds += 1;
    dieIf(deeds >= at);
    return answer;
  };
  const { orm } = deps.database;
  const transaction: typeof orm.transaction = (...input) => live(() => orm.transaction(...input));
  const mortalOrm = new Proxy(orm, {
    get: (target, name): unknown =>
      name === "transaction" ? transaction : Reflect.get(target, name),
  });
  return {
    deps: {
      ...deps,
      database: { ...deps.database, orm: mortalOrm },
      chains: deps.chains.map((chain) => mortalChain(chain, live)),
    },
    alive: () => deeds < at,
  };
};
