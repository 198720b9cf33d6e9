/** The kinds of transfer this room posts, as its first migration registers them. */
export const KIND = {
  /** custody -> available, ref: the deposit */
  deposit: 40,
  /** house/capital -> custody, ref: the event of a credited deposit's vanishing */
  depositReorg: 41,
  /** custody -> house/capital, ref: the event of its coming back */
  depositRestore: 42,
  /** available -> withdrawing, ref: the withdrawal, as in the two below */
  withdrawalRequest: 43,
  /** withdrawing -> available */
  withdrawalReturn: 44,
  /** withdrawing -> custody */
  withdrawalPayment: 45,
  /** house/capital -> available, ref: the credit */
  credit: 46,
} as const;
