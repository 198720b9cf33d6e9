import { type Address, getAddress, isAddress, zeroAddress } from "viem";

/** The address a node told, in the one spelling (EIP-55). */
export const spelled = (address: string): Address => getAddress(address);

/**
 * The address `text` means in the one spelling. Letters of both cases are a checksum that must be right. Undefined for what
 * is none, for nobody's address 0 and for the token itself, which would keep what is sent to it.
 */
export const addressFrom = (text: string, usdc: Address): Address | undefined => {
  if (!isAddress(text, { strict: false })) return undefined;
  const digits = text.slice(2);
  const mixed = digits !== digits.toLowerCase() && digits !== digits.toUpperCase();
  if (mixed && !isAddress(text)) return undefined;
  const address = getAddress(text.toLowerCase());
  return address === zeroAddress || address === usdc ? undefined : address;
};
