/**
 * What is told after a commit. Events are hints: they may be lost or repeated, and a client reads again what they name.
 * No event names a user.
 */
export type DomainEvent =
  | {
      readonly type: "round.state";
      readonly market: string;
      readonly round: string;
      readonly state: string;
    }
  | { readonly type: "round.pools"; readonly market: string; readonly round: string }
  | {
      /** How far the payment of a settling round is; a few a second. */
      readonly type: "round.settling";
      readonly market: string;
      readonly round: string;
      readonly bets: number;
      readonly paid: number;
    }
  | { readonly type: "clock.moved" }
  /** Money came in or is going out: the value locked may have changed. */
  | { readonly type: "custody.moved" }
  /** A session has ended or an API key was revoked: what was remembered of it no longer counts. */
  | { readonly type: "credential.revoked"; readonly id: string };

/** A fan-out to every process of the service: Redis pub/sub or PostgreSQL LISTEN/NOTIFY. */
export interface EventBus {
  /** Publishes on a best-effort basis; a bus that is down loses the event and never fails the caller. */
  publish(event: DomainEvent): void;
  /** Calls `handler` for every event of every process, this one's included. Returns the unsubscribe function. */
  subscribe(handler: (event: DomainEvent) => void): () => void;
  /** True while events travel between processes. */
  healthy(): boolean;
  close(): Promise<void>;
}
