/** The kinds of transfer this room posts, as its first migration registers them. */
export const KIND = {
  /** custody -> available, ref: the deposit */
  deposit: 20,
  /** house/capital -> custody, ref: the event of a credited deposit's vanishing */
  depositReorg: 21,
  /** custody -> house/capital, ref: the event of its coming back */
  depositRestore: 22,
  /** available -> withdrawing, ref: the withdrawal, as in the two below */
  withdrawalRequest: 23,
  /** withdrawing -> available */
  withdrawalReturn: 24,
  /** withdrawing -> custody */
  withdrawalPayment: 25,
  /** house/capital -> available, ref: the credit */
  credit: 26,
} as const;
