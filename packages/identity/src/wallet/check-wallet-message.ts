import type { AuthSettings } from "../identity-deps.ts";
import type { WalletMessage } from "./wallet-signatures.ts";

/** A wallet's own clock may be a little ahead. */
const AHEAD = Temporal.Duration.from({ seconds: 60 });

const instantOf = (text: string): Temporal.Instant | undefined => {
  try {
    return Temporal.Instant.from(text);
  } catch {
    return undefined;
  }
};

const isAfter = (a: Temporal.Instant, b: Temporal.Instant): boolean =>
  Temporal.Instant.compare(a, b) > 0;

const isOfNow = (message: WalletMessage, now: Temporal.Instant): boolean => {
  const issued = instantOf(message.issuedAt);
  const expires = instantOf(message.expirationTime ?? "");
  const notBefore = message.notBefore === undefined ? now : instantOf(message.notBefore);
  return (
    issued !== undefined &&
    expires !== undefined &&
    notBefore !== undefined &&
    !isAfter(issued, now.add(AHEAD)) &&
    isAfter(expires, now) &&
    !isAfter(notBefore, now)
  );
};

/**
 * Whether a signed message asks for what this site would: its domain and URI, version 1, a chain it names, and a time that
 * has come and not passed. It must say when it expires. (EIP-4361, "Verifying a signed message")
 */
export const isForSite = (
  message: WalletMessage,
  site: AuthSettings["site"],
  now: Temporal.Instant,
): boolean =>
  message.domain === site.domain &&
  message.uri === site.uri &&
  (message.scheme === undefined || site.uri.startsWith(`${message.scheme}://`)) &&
  message.version === "1" &&
  site.chainIds.includes(message.chainId) &&
  isOfNow(message, now);
