/**
 * ASSIGNED (has its number) -> SIGNED -> BROADCAST -> MINED -> DONE; back to BROADCAST when its block vanishes.
 * `custody.guard_payment()` enforces the same.
 */
export type PaymentState = "ASSIGNED" | "SIGNED" | "BROADCAST" | "MINED" | "DONE";

/** How a payment ended for good: done, undone by the chain, or its number taken by a transaction that is none of its own. */
export type PaymentOutcome = "SUCCEEDED" | "REVERTED" | "REPLACED";

/**
 * What it is for: a user's withdrawal; using up a number that nothing else uses; native coin for a deposit address; emptying
 * a deposit address; taking to the cold wallet what the hot one may not hold.
 */
export type PaymentPurpose = "withdrawal" | "fill" | "gas" | "sweep" | "cold";
