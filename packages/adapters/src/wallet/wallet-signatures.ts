import type { WalletMessage, WalletSignatures } from "@closebell/identity";
import { getAddress, isAddress, isHex, recoverMessageAddress } from "viem/utils";
import { createSiweMessage, parseSiweMessage, type SiweMessage } from "viem/siwe";

const addressOf = (text: string) => {
  if (!/^0x[0-9a-fA-F]{40}$/.test(text)) return undefined;
  // one case throughout carries no checksum (EIP-55)
  const digits = text.slice(2);
  const plain = digits === digits.toLowerCase() || digits === digits.toUpperCase();
  return plain || isAddress(text) ? getAddress(`0x${digits.toLowerCase()}`) : undefined;
};

const dated = (field: "issuedAt" | "expirationTime" | "notBefore", text: string | undefined) =>
  text === undefined ? {} : { [field]: new Date(text) };

const compose = (message: WalletMessage): string => {
  const address = addressOf(message.address);
  if (address === undefined) throw new RangeError("The message names no address.");
  if (message.version !== "1") throw new RangeError("The message must be of version 1.");
  const { scheme, domain, statement, uri, version, chainId, nonce, requestId, resources } = message;
  return createSiweMessage({
    address,
    scheme,
    domain,
    statement,
    uri,
    version,
    chainId,
    nonce,
    requestId,
    ...dated("issuedAt", message.issuedAt),
    ...dated("expirationTime", message.expirationTime),
    ...dated("notBefore", message.notBefore),
    ...(resources === undefined ? {} : { resources: [...resources] }),
  });
};

const TIMES = {
  issuedAt: "Issued At",
  expirationTime: "Expiration Time",
  notBefore: "Not Before",
} as const;

/** A time as the text has it, where `parsed` is what was read from it. */
const timeIn = (text: string, field: keyof typeof TIMES): string | undefined =>
  text
    .split("\n")
    .findLast((line) => line.startsWith(`${TIMES[field]}: `))
    ?.slice(TIMES[field].length + 2);

/** The message `fields` are of, written anew with the times as `text` has them. */
const rewritten = (text: string, fields: SiweMessage): string => {
  let again = createSiweMessage(fields);
  for (const field of ["issuedAt", "expirationTime", "notBefore"] as const) {
    const time = fields[field];
    if (time === undefined) continue;
    again = again.replace(
      `\n${TIMES[field]}: ${time.toISOString()}`,
      () => `\n${TIMES[field]}: ${timeIn(text, field) ?? ""}`,
    );
  }
  return again;
};

type Read = ReturnType<typeof parseSiweMessage>;

const isComplete = (fields: Read): fields is Read & SiweMessage =>
  [fields.address, fields.domain, fields.uri, fields.version, fields.nonce].every(
    (field) => typeof field === "string",
  ) &&
  fields.chainId !== undefined &&
  fields.issuedAt !== undefined;

/** What viem reads where it reads all of it: written anew it must be the same text, or something was passed over. */
const parse = (text: string): WalletMessage | undefined => {
  try {
    const fields = parseSiweMessage(text);
    if (!isComplete(fields) || rewritten(text, fields) !== text) return undefined;
    return {
      ...fields,
      issuedAt: timeIn(text, "issuedAt") ?? "",
      expirationTime: timeIn(text, "expirationTime"),
      notBefore: timeIn(text, "notBefore"),
    };
  } catch {
    // viem throws where a field has a wrong form
    return undefined;
  }
};

const signerOf = async (text: string, signature: string): Promise<string | undefined> => {
  if (!isHex(signature) || signature.length !== 132) return undefined;
  try {
    return await recoverMessageAddress({ message: text, signature });
  } catch {
    return undefined;
  }
};

/**
 * Sign-in messages of EIP-4361 and signatures of EIP-191, by viem. Accounts with a key of their own only: what a contract
 * would accept (ERC-1271) has to be asked of its chain.
 */
export const walletSignatures = () =>
  ({ addressOf, compose, parse, signerOf }) satisfies WalletSignatures;
