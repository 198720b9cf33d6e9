import type { PayoutAddress } from "./payout-address.ts";

/**
 * To whoever is paid at an address from some time on, so that they can act before it counts if somebody else saved it. It is
 * never held back, however many there are: whoever saves many would be the one to silence it.
 */
export const payoutAddressLetter = (
  { userId, address, chain, usableFrom }: PayoutAddress,
  site: string,
) => ({
  userId,
  subject: "An address for your withdrawals from Closebell was saved",
  text: `This address was saved to your account at ${site}, for withdrawals on ${chain}:

${address}

You can withdraw to it from ${usableFrom.toString()} on (UTC), and not before.

If it wasn't you, somebody else is in your account. Until then you can stop them: choose a new password at ${site}, which signs
everybody out, remove the address, and tell the people who run the service.
`,
});
