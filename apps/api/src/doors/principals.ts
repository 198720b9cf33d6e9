import { hash } from "node:crypto";
import { DomainError } from "@closebell/context";
import type { Principal } from "@closebell/identity";
import { LRUCache } from "lru-cache";

/** Proves a credential. @throws DomainError UNAUTHENTICATED */
export type VerifyCredential = (credential: string) => Promise<Principal>;

/** Whom the Authorization header of a request proves. */
export interface Principals {
  /** Where the same header was proved before and its credential still counts. */
  known(authorization: string): Principal | undefined;
  /**
   * At once where the same header was proved before and its credential still counts.
   * @throws DomainError UNAUTHENTICATED, at once or in the promise
   */
  of(authorization: string): Principal | Promise<Principal>;
  /** Something changed of the session, API key or user called `id`: what is remembered of it no longer counts. */
  forget(id: string): void;
}

// a few hundred bytes each
const CREDENTIALS = 20_000;
const HEARD = 10_000;
/** A key that is revoked while nobody hears of it counts no longer than this. */
const API_KEY_MS = 10_000;

const BEARER = /^bearer +([A-Za-z0-9._~+/-]{1,4096}=*)$/i;

const unauthenticated = (detail: string): DomainError => new DomainError("UNAUTHENTICATED", detail);

const credentialIn = (authorization: string): string => {
  const credential = BEARER.exec(authorization)?.[1];
  if (credential !== undefined) return credential;
  throw unauthenticated("The header Authorization must be Bearer and an access token or API key.");
};

interface Known {
  readonly principal: Principal;
  /** Milliseconds of `now`. */
  readonly until: number;
}

/** Until when it is remembered, had it been proved at `now`: what counts is how long it lives, whatever time it is here. */
const untilOf = ({ credential }: Principal, now: number): number => {
  const { expiresAt, provedAt } = credential;
  const lives = expiresAt === null ? Infinity : provedAt.until(expiresAt).total("milliseconds");
  return now + (credential.kind === "api-key" ? Math.min(lives, API_KEY_MS) : lives);
};

/** Only ever runs on: this machine's time of day may be wrong. */
const stopwatch = (): number => performance.now();

/**
 * Remembers whom a credential proved, by its hash: the credential itself is not kept. An access token until it expires or
 * is revoked, an API key for 10 s. Who asks while it is being proved waits for the same answer.
 */
export const createPrincipals = (
  verify: VerifyCredential,
  now: () => number = stopwatch,
): Principals => {
  const known = new LRUCache<string, Known>({ max: CREDENTIALS });
  const proving = new Map<string, Promise<Principal>>();
  // when each was last heard of: it may be while a credential is being proved
  const heard = new LRUCache<string, number>({ max: HEARD });
  let events = 0;
  const prove = async (key: string, credential: string): Promise<Principal> => {
    for (;;) {
      const from = events;
      // before it is asked: never later than the database proves it
      const asked = now();
      const principal = await verify(credential);
      const about = [principal.credential.id, principal.actor.id];
      if (about.some((id) => (heard.get(id) ?? 0) > from)) continue;
      known.set(key, { principal, until: untilOf(principal, asked) });
      return principal;
    }
  };
  const wait = (key: string, credential: string): Promise<Principal> => {
    const proved = prove(key, credential);
    const over = () => void proving.delete(key);
    proving.set(key, proved);
    proved.then(over, over);
    return proved;
  };
  const keyOf = (authorization: string): string => hash("sha256", authorization, "base64");
  const find = (key: string): Principal | undefined => {
    const found = known.get(key);
    return found !== undefined && now() < found.until ? found.principal : undefined;
  };
  return {
    known: (authorization) => find(keyOf(authorization)),
    of(authorization) {
      const key = keyOf(authorization);
      return find(key) ?? proving.get(key) ?? wait(key, credentialIn(authorization));
    },
    forget(id) {
      events += 1;
      heard.set(id, events);
      for (const [key, { principal }] of known.entries())
        if (principal.credential.id === id || principal.actor.id === id) known.delete(key);
    },
  };
};
