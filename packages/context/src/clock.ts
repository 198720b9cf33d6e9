/** The one clock. Implementations ask the database (`clock.now()`), never the host. */
export interface Clock {
  now(): Promise<Temporal.Instant>;
}
