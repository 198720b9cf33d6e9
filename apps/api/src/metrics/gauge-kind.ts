export interface Reading {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: bigint | number;
}

/** A figure that is read when somebody scrapes. */
export interface GaugeKind {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  readonly read: () => Promise<readonly Reading[]>;
}
