import { formatUsdc, microUsdc, type MicroUsdc } from "@closebell/money";
import type { CustodyPolicy } from "./custody-policy.ts";

type Limits = Pick<CustodyPolicy, "autoApproveUpTo" | "dailyTotal" | "dailyPerUser">;

/** What was approved on a chain on the UTC day. */
export interface ApprovedToday {
  readonly total: bigint;
  readonly ofUser: bigint;
}

const usdc = (amount: bigint): string => `${formatUsdc(microUsdc(amount))} USDC`;

/** Why a withdrawal is not approved by itself now; undefined where it is. */
export const whyNotApproved = (
  limits: Limits,
  amount: MicroUsdc,
  today: ApprovedToday,
): string | undefined => {
  if (amount > limits.autoApproveUpTo) {
    return `two treasurers approve what is above ${usdc(limits.autoApproveUpTo)}`;
  }
  if (today.ofUser + amount > limits.dailyPerUser) {
    return `the user has ${usdc(today.ofUser)} of ${usdc(limits.dailyPerUser)} a day (UTC)`;
  }
  if (today.total + amount > limits.dailyTotal) {
    return `${usdc(today.total)} of ${usdc(limits.dailyTotal)} a day (UTC) are approved`;
  }
  return undefined;
};
