import { expect, test } from "bun:test";
import type { WalletMessage } from "@closebell/identity";
import fc from "fast-check";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { walletSignatures } from "./wallet-signatures.ts";

const wallets = walletSignatures();
const owner = privateKeyToAccount(
  "0x0123456789012345678901234567890123456789012345678901234567890123",
);

const time = fc
  .integer({ min: 0, max: 4e12 })
  .map((ms) =>
    Temporal.Instant.fromEpochMilliseconds(ms).toString({ smallestUnit: "millisecond" }),
  );
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const messages: fc.Arbitrary<WalletMessage> = fc.record(
  {
    scheme: optional(fc.constantFrom("https", "http")),
    domain: fc.constantFrom("bets.example", "localhost:8000", "127.0.0.1:8000"),
    address: fc.constant(owner.address),
    statement: optional(fc.stringMatching(/^[ -~]{1,80}$/)),
    uri: fc.constantFrom("https://bets.example", "http://localhost:8000/sign-in?a=b#c"),
    version: fc.constant("1"),
    chainId: fc.integer({ min: 1, max: 2 ** 31 }),
    nonce: fc.stringMatching(/^[a-zA-Z0-9]{8,40}$/),
    issuedAt: time,
    expirationTime: optional(time),
    notBefore: optional(time),
    requestId: optional(fc.stringMatching(/^[!-~]{1,20}$/)),
    resources: optional(
      fc.array(fc.constantFrom("https://a.example/x", "ipfs://b"), { minLength: 1, maxLength: 3 }),
    ),
  },
  { noNullPrototype: true },
);

const said = (message: WalletMessage | undefined) => JSON.parse(JSON.stringify(message ?? null));

test("what was composed is read as it was, and nothing is lost", () => {
  fc.assert(
    fc.property(messages, (message) => {
      expect(said(wallets.parse(wallets.compose(message)))).toEqual(said(message));
    }),
  );
});

test("times are given as the signer wrote them", () => {
  const text = wallets
    .compose({
      domain: "bets.example",
      address: owner.address,
      uri: "https://bets.example",
      version: "1",
      chainId: 1,
      nonce: "12345678",
      issuedAt: "2026-11-20T12:00:00.000Z",
    })
    .replace("12:00:00.000Z", "13:00:00+01:00");
  expect(wallets.parse(text)).toMatchObject({ issuedAt: "2026-11-20T13:00:00+01:00" });
});

test("a line too many, too few or in another place is no message", () => {
  const text = wallets.compose({
    domain: "bets.example",
    address: owner.address,
    statement: "Sign in.",
    uri: "https://bets.example",
    version: "1",
    chainId: 1,
    nonce: "12345678",
    issuedAt: "2026-11-20T12:00:00.000Z",
    expirationTime: "2026-11-20T12:10:00.000Z",
  });
  const lines = text.split("\n");
  expect(wallets.parse(text)).toBeDefined();
  for (const line of lines.keys()) {
    const spare = /^(?:Expiration Time|Sign in\.)/.test(lines[line] ?? "");
    expect(wallets.parse(lines.toSpliced(line, 1).join("\n")) === undefined).toBe(!spare);
    expect(wallets.parse(lines.toSpliced(line, 0, "more").join("\n"))).toBeUndefined();
  }
  for (const other of [
    "",
    "sign in",
    `${text}\n`,
    `${text}\nURI: https://evil.example`,
    ` ${text}`,
  ]) {
    expect(wallets.parse(other)).toBeUndefined();
  }
});

test("only the key's own address signed, and only this text", async () => {
  const text = "any text";
  const signature = await owner.signMessage({ message: text });
  expect(await wallets.signerOf(text, signature)).toBe(owner.address);
  const other = privateKeyToAccount(generatePrivateKey());
  expect(await wallets.signerOf(text, await other.signMessage({ message: text }))).toBe(
    other.address,
  );
  expect(await wallets.signerOf(`${text}.`, signature)).not.toBe(owner.address);
});

test.each(["", "0x", "0x12", "no hex", `0x${"0".repeat(130)}`, `0x${"f".repeat(130)}`])(
  "%j is nobody's signature",
  async (signature) => {
    expect(await wallets.signerOf("any text", signature)).toBeUndefined();
  },
);

test("an address is taken in one case, or with a right checksum", () => {
  const { address } = owner;
  for (const text of [address, address.toLowerCase(), `0x${address.slice(2).toUpperCase()}`]) {
    expect(wallets.addressOf(text)).toBe(address);
  }
  const wrong = address.replace(/[a-f]/, (letter) => letter.toUpperCase());
  const flipped = wrong === address ? address.replace(/[A-F]/, (l) => l.toLowerCase()) : wrong;
  for (const text of [flipped, address.slice(2), `${address}0`, "", "0x"]) {
    expect(wallets.addressOf(text)).toBeUndefined();
  }
});
