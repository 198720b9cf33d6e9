/** How full the hot wallet is, and where else money can go. All in micro-USDC. */
export interface Room {
  /** What the hot wallet has or is about to get, less what it is about to pay. */
  readonly hot: bigint;
  readonly cap: bigint;
  readonly hotWallet: string;
  readonly coldWallet: string | undefined;
}

/** Where `amount` from a deposit address goes; undefined where neither wallet may take it. */
export const destinationOf = (room: Room, amount: bigint): string | undefined =>
  room.hot + amount <= room.cap ? room.hotWallet : room.coldWallet;

/** What the hot wallet holds above its cap, where that is worth a transaction. */
export const excessOf = ({ hot, cap }: Room, worth: bigint): bigint => {
  const above = hot - cap;
  return above > 0n && above >= worth ? above : 0n;
};
