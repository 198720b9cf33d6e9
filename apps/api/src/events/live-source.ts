import type { DomainEvent } from "@closebell/context";

/** What is streamed, as read from the database. All strings are JSON on one line. */
export interface LiveView {
  /** What a client gets first. */
  readonly snapshot: string;
  /** By event: what a change is told by, and what is sent when it did change. */
  readonly parts: Readonly<Record<string, { readonly version: string; readonly data: string }>>;
  /** Nothing will change any more. */
  readonly finished: boolean;
}

/** One thing that clients watch. */
export interface LiveSource {
  readonly key: string;
  read(): Promise<LiveView>;
  /** Whether an event may have changed it, and how soon that must be told. */
  concernedBy(event: DomainEvent): "now" | "soon" | "no";
}
