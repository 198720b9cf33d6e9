import { DomainError } from "@closebell/context";

export interface FreshOptions {
  /** Milliseconds after which a value is read again; counted from when its read began, so it is never older. */
  readonly maxAgeMs: number;
  /** Milliseconds between the beginnings of two reads of a key, however often it is dropped. */
  readonly pauseMs: number;
  /** Keys kept at most; past it the oldest goes. */
  readonly maxKeys: number;
  /** Whoever comes to a read that has taken longer, in milliseconds, is refused. */
  readonly patienceMs: number;
  /** Keys that are read at the same time: callers may think of as many as they like. */
  readonly readsAtOnce: number;
  /** Milliseconds of a clock that never jumps. */
  readonly now: () => number;
}

/** Values in this process's memory, each read from its source by one read at a time for all who ask. */
export interface Fresh<T> {
  /**
   * The value kept under `key`, or else what `read` gives. A failure is everybody's who waits, and is not kept.
   * @throws DomainError OVERLOADED where it would only wait
   */
  get(key: string, read: () => Promise<T>): Promise<T>;
  /** Nobody who asks for `key` from now on gets a value whose read began before now. */
  drop(key: string): void;
  dropAll(): void;
  size(): number;
}

interface Slot<T> {
  beganAt: number;
  kept: T | undefined;
  reading: Promise<T> | undefined;
  /** The read under way began before the last drop: good for those who wait for it already, for nobody else. */
  outdated: boolean;
  next: Promise<T> | undefined;
}

const overloaded = (detail: string) =>
  new DomainError("OVERLOADED", `${detail} Ask again.`, { retryAfterSeconds: 1 });

const busy = () => overloaded("The service is reading as much as it can.");

const hanging = () => overloaded("The service waits for its database.");

const begin = async <T>(slot: Slot<T>, read: () => Promise<T>, now: number): Promise<T> => {
  slot.beganAt = now;
  slot.outdated = false;
  slot.reading = read();
  try {
    const value = await slot.reading;
    if (!slot.outdated) slot.kept = value;
    return value;
  } finally {
    slot.reading = undefined;
  }
};

const ended = (work: Promise<unknown> | undefined): Promise<unknown> =>
  work?.catch(() => undefined) ?? Promise.resolve();

/**
 * A cache for what everybody polls. A library's fetch would join a read that began before a drop, or begin a second one
 * beside it; here a reader who comes after a drop waits for the one read that begins after it.
 */
export const createFresh = <T extends object | bigint>(options: FreshOptions): Fresh<T> => {
  const slots = new Map<string, Slot<T>>();
  let reading = 0;
  const slotOf = (key: string): Slot<T> => {
    const known = slots.get(key);
    if (known !== undefined) return known;
    const oldest = slots.keys().next();
    if (slots.size >= options.maxKeys && oldest.done !== true) slots.delete(oldest.value);
    const slot: Slot<T> = {
      beganAt: Number.NEGATIVE_INFINITY,
      kept: undefined,
      reading: undefined,
      outdated: false,
      next: undefined,
    };
    slots.set(key, slot);
    return slot;
  };
  const drop = (slot: Slot<T> | undefined) => {
    if (slot === undefined) return;
    slot.kept = undefined;
    slot.outdated = true;
  };
  const start = async (slot: Slot<T>, read: () => Promise<T>): Promise<T> => {
    reading += 1;
    try {
      return await begin(slot, read, options.now());
    } finally {
      reading -= 1;
    }
  };
  const readNext = async (slot: Slot<T>, read: () => Promise<T>): Promise<T> => {
    await ended(slot.reading);
    const wait = slot.beganAt + options.pauseMs - options.now();
    if (wait > 0) await Bun.sleep(wait);
    slot.next = undefined;
    return start(slot, read);
  };
  return {
    get(key, read) {
      const isFull = reading >= options.readsAtOnce;
      // no key goes for one that is not even read
      if (isFull && !slots.has(key)) return Promise.reject(busy());
      const slot = slotOf(key);
      const age = options.now() - slot.beganAt;
      if (slot.kept !== undefined && age < options.maxAgeMs) return Promise.resolve(slot.kept);
      if (slot.reading !== undefined && age > options.patienceMs) return Promise.reject(hanging());
      if (slot.next !== undefined) return slot.next;
      if (slot.reading !== undefined && !slot.outdated) return slot.reading;
      if (slot.reading === undefined && isFull) return Promise.reject(busy());
      if (slot.reading === undefined && age >= options.pauseMs) return start(slot, read);
      slot.next = readNext(slot, read);
      return slot.next;
    },
    drop: (key) => drop(slots.get(key)),
    dropAll: () => slots.values().forEach(drop),
    size: () => slots.size,
  };
};
