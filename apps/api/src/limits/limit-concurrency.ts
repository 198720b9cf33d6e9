import { DomainError } from "@closebell/context";
import { createNetworkOf } from "../request/client-address.ts";

/** What one network has at once. `streams`: of events. `bodies`: requests that still wait for theirs. */
export const HELD = ["streams", "bodies"] as const;

export type Held = (typeof HELD)[number];

export interface ConcurrencyOptions {
  readonly name: Held;
  /** How many one network may have at once. */
  readonly quota: number;
  /** Told of each that is refused. */
  readonly limited: (name: Held) => void;
}

/** Holds each network to so many at once. */
export interface ConcurrencyLimit {
  /**
   * Takes one for the network of `address`, until the function that is returned is called; to call that again does nothing.
   * @throws DomainError RATE_LIMITED where the network has as many as it may
   */
  acquire(address: string): () => void;
}

const REFUSALS: Readonly<Record<Held, { readonly told: string; readonly seconds: number }>> = {
  streams: { told: "event streams open. Poll instead, or end one first.", seconds: 10 },
  bodies: { told: "requests whose bodies have not arrived. Finish one first.", seconds: 1 },
};

const refusal = ({ name, quota }: ConcurrencyOptions): DomainError => {
  const { told, seconds } = REFUSALS[name];
  return new DomainError("RATE_LIMITED", `Your network may have ${quota} ${told}`, {
    retryAfterSeconds: seconds,
  });
};

/** Counts in this process alone: what is held is held here. */
export const createConcurrencyLimit = (options: ConcurrencyOptions): ConcurrencyLimit => {
  const held = new Map<string, number>();
  const networkOf = createNetworkOf();
  const release = (network: string): void => {
    const left = (held.get(network) ?? 0) - 1;
    if (left > 0) held.set(network, left);
    else held.delete(network);
  };
  return {
    acquire(address) {
      const network = networkOf(address);
      const before = held.get(network) ?? 0;
      if (before >= options.quota) {
        options.limited(options.name);
        throw refusal(options);
      }
      held.set(network, before + 1);
      let isHeld = true;
      return () => {
        if (isHeld) release(network);
        isHeld = false;
      };
    },
  };
};
