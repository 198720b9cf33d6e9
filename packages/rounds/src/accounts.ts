/** Pool accounts a side: more of them, and batches of bets from several connections wait less for each other. */
export const STRIPES = 8;

/** Every account of a round, by the prefix of their codes (`round/ndx-20261123`). */
export const roundAccounts = (prefix: string) => {
  const stripes = Array.from({ length: STRIPES }, (_, stripe) => stripe);
  const up = stripes.map((stripe) => `${prefix}/up/${stripe}`);
  const down = stripes.map((stripe) => `${prefix}/down/${stripe}`);
  const settlement = `${prefix}/settlement`;
  return { up, down, settlement, all: [...up, ...down, settlement] };
};

/** Kinds of transfer, as the first migration registers them. */
export const KIND = { bet: 20, pool: 21, fee: 22, payout: 23, refund: 24 } as const;
