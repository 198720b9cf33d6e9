import { parseSource } from "@closebell/rounds";

/** Which prices and chains are made up, so that every place that shows them can say so. */
export interface Simulated {
  /** True where one of these price sources, written as a market lists them, is simulated. */
  prices(sources: readonly string[]): boolean;
  chain(name: string): boolean;
  /** True where any chain is. */
  anyChain(): boolean;
}

interface Named {
  readonly name: string;
  readonly simulated: boolean;
}

/** A source or chain that is no longer configured is judged by its name. */
const lookup =
  (known: readonly Named[]) =>
  (name: string): boolean =>
    known.find((one) => one.name === name)?.simulated ?? name.startsWith("simulated");

export const simulatedFrom = (oracles: readonly Named[], chains: readonly Named[]): Simulated => {
  const price = lookup(oracles);
  const chain = lookup(chains);
  return {
    prices: (sources) => sources.some((entry) => price(parseSource(entry).name)),
    chain,
    anyChain: () => chains.some((one) => one.simulated),
  };
};
