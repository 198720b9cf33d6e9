/** The kinds of transfer this room posts, as its migrations register them. */
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
  /** custody -> house/suspense, ref: a deposit below the minimum */
  depositSuspend: 47,
  /** house/suspense -> available, ref: the same deposit, when an operator releases it */
  depositRelease: 48,
  /** custody -> held, ref: a deposit beyond its user's limit, or while he may not play; instead of `deposit` */
  depositHold: 54,
  /** house/suspense -> held, ref: the same deposit; instead of `depositRelease` */
  depositReleaseHold: 55,
  /** held -> available, ref: the use */
  heldUse: 56,
  /** held -> withdrawing, ref: the withdrawal, as in the one below */
  withdrawalRequestHeld: 57,
  /** withdrawing -> held */
  withdrawalReturnHeld: 58,
  /** house/suspense -> custody, ref: the event of a suspended deposit's vanishing */
  suspenseReorg: 49,
  /** custody -> house/suspense, ref: the event of its coming back */
  suspenseRestore: 50,
  /** custody -> house/capital, ref: the funding */
  funding: 51,
  /** house/capital -> custody, ref: the event of a booked funding's vanishing */
  fundingReorg: 52,
  /** custody -> house/capital, ref: the event of its coming back */
  fundingRestore: 53,
  /** house/fees or house/capital -> custody, ref: the drawing */
  drawing: 59,
} as const;
