import type { Answered, Close, Operation } from "./operations.ts";
import { after, hiddenSteps, INITIAL, type World } from "./world.ts";

/**
 * One way it may have been so far: the world, and the operations under way that have not taken effect in it yet, each with
 * the clock when it began.
 */
interface Possibility {
  readonly world: World;
  readonly waiting: ReadonlyMap<Answered, number>;
}

/** The worlds that the whole history allows at its end, or the first answer that none allows. */
export type Verdict =
  | { readonly ok: true; readonly worlds: readonly World[] }
  | { readonly ok: false; readonly offender: Answered; readonly worlds: readonly World[] };

/** These only let the service do what is due: they take effect in hidden steps, not at an instant of their own. */
const RINGS = new Set<Operation["kind"]>(["advance", "chain"]);
/** These change nothing, and say themselves whether what they read was right. */
const READS = new Set<Operation["kind"]>(["audit", "statement"]);

const busyWith = (active: ReadonlySet<Answered>) => {
  const kinds = new Set([...active].map(({ operation }) => operation.kind));
  return {
    advancing: kinds.has("advance"),
    settling: kinds.has("settle"),
    chain: kinds.has("chain"),
  };
};

/** A name for each world and each operation, so that possibilities can be told apart cheaply. */
const namer = () => {
  const worlds = new WeakMap<World, string>();
  const numbers = new Map<Answered, number>();
  const numberOf = (one: Answered): number => {
    const known = numbers.get(one) ?? numbers.size;
    numbers.set(one, known);
    return known;
  };
  const sorted = (_: string, value: unknown): unknown => {
    if (typeof value === "bigint") return String(value);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  };
  return ({ world, waiting }: Possibility): string => {
    const name = worlds.get(world) ?? JSON.stringify(world, sorted);
    worlds.set(world, name);
    const rest = [...waiting].map(([one, since]) => `${numberOf(one)}@${since}`).toSorted();
    return `${name} ${rest.join(" ")}`;
  };
};

const without = (waiting: Possibility["waiting"], done: Answered): Possibility["waiting"] =>
  new Map([...waiting].filter(([one]) => one !== done));

/**
 * Whether one serial order explains every answer: each operation takes effect at one instant between its beginning and its
 * end, and the pure model allows its answer there. Follows all possibilities at once, event by event.
 */
export const findSerialOrder = (
  history: readonly Answered[],
  closes: readonly Close[],
): Verdict => {
  const nameOf = namer();
  const active = new Set<Answered>();
  let possible: readonly Possibility[] = [{ world: INITIAL, waiting: new Map() }];

  /** What is refused or repeated changes nothing: as soon as a world allows it, it may as well be over. */
  const settleIdle = ({ world, waiting }: Possibility): Possibility => {
    const left = [...waiting].filter(
      ([one, since]) => after(world, one.operation, one.answer, { since, closes }) !== world,
    );
    return left.length === waiting.size ? { world, waiting } : { world, waiting: new Map(left) };
  };

  const stepsFrom = ({ world, waiting }: Possibility) => {
    const own = [...waiting].flatMap(([one, since]) => {
      const next = after(world, one.operation, one.answer, { since, closes });
      return next === undefined ? [] : [{ world: next, waiting: without(waiting, one) }];
    });
    const hidden = hiddenSteps(world, closes, busyWith(active)).map((next) => ({
      world: next,
      waiting,
    }));
    return [...own, ...hidden].map(settleIdle);
  };

  /** Everything reachable; a possibility for which `stop` holds is kept as it is. */
  const explore = (stop: (one: Possibility) => boolean): readonly Possibility[] => {
    const seen = new Map(possible.map((one) => [nameOf(one), one]));
    const queue = [...possible];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (stop(next)) continue;
      for (const step of stepsFrom(next)) {
        const name = nameOf(step);
        if (seen.has(name)) continue;
        seen.set(name, step);
        queue.push(step);
      }
    }
    return [...seen.values()];
  };

  const begin = (one: Answered): void => {
    active.add(one);
    if (RINGS.has(one.operation.kind) || READS.has(one.operation.kind)) return;
    possible = possible.map(({ world, waiting }) =>
      settleIdle({ world, waiting: new Map([...waiting, [one, world.clock]]) }),
    );
  };

  const end = (one: Answered): boolean => {
    if (READS.has(one.operation.kind)) return active.delete(one) && one.answer.ok;
    const rings = RINGS.has(one.operation.kind);
    const over = ({ waiting }: Possibility) => !waiting.has(one);
    // whoever rings or settles leaves with its effects done: what it might have done can't happen after it has left
    const explored = explore(rings || one.operation.kind === "settle" ? () => false : over);
    const left = rings ? explored : explored.filter(over);
    if (left.length === 0 || (rings && !one.answer.ok)) return false;
    possible = left;
    active.delete(one);
    return true;
  };

  const events = history
    .flatMap((one) => [
      { at: one.began, run: () => (begin(one), true), one },
      { at: one.ended, run: () => end(one), one },
    ])
    .toSorted((a, b) => a.at - b.at);
  for (const { run, one } of events) {
    if (!run()) return { ok: false, offender: one, worlds: possible.map(({ world }) => world) };
  }
  return { ok: true, worlds: possible.map(({ world }) => world) };
};

/** The world once everything that is due has been done. */
export const atRest = (world: World, closes: readonly Close[]): World => {
  const busy = { advancing: true, settling: true, chain: true };
  const [next] = hiddenSteps(world, closes, busy);
  return next === undefined ? world : atRest(next, closes);
};
