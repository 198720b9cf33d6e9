/** The fields of a sign-in message (EIP-4361). Times are RFC 3339. */
export interface WalletMessage {
  readonly scheme?: string | undefined;
  readonly domain: string;
  /** 0x and 40 hex digits, in its checksum's case (EIP-55). */
  readonly address: string;
  readonly statement?: string | undefined;
  readonly uri: string;
  readonly version: string;
  readonly chainId: number;
  readonly nonce: string;
  readonly issuedAt: string;
  readonly expirationTime?: string | undefined;
  readonly notBefore?: string | undefined;
  readonly requestId?: string | undefined;
  readonly resources?: readonly string[] | undefined;
}

type Awaitable<T> = T | Promise<T>;

/** What wallets sign and how. Pure computation; asks no chain, so only accounts with a key of their own can sign in. */
export interface WalletSignatures {
  /** The address in its checksum's case (EIP-55); undefined where `text` is none, or has a wrong checksum. */
  addressOf(text: string): Awaitable<string | undefined>;
  /** The text to be signed. */
  compose(message: WalletMessage): Awaitable<string>;
  /** The fields of a text that is one of EIP-4361 to the letter; undefined of any other. */
  parse(text: string): Awaitable<WalletMessage | undefined>;
  /** The address whose key signed `text` (EIP-191), in its checksum's case; undefined where the signature is none. */
  signerOf(text: string, signature: string): Awaitable<string | undefined>;
}
