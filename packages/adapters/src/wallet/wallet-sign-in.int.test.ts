import { afterAll, beforeAll, expect, test } from "bun:test";
import { DomainError } from "@closebell/context";
import { scratchDatabase, type ScratchDatabase } from "@closebell/database/testing";
import {
  signInWithWallet,
  startWalletSignIn,
  type IdentityDeps,
  type WalletMessage,
} from "@closebell/identity";
import { moveRealTime, stranger, testIdentity } from "@closebell/identity/testing";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { walletSignatures } from "./wallet-signatures.ts";

let scratch: ScratchDatabase;
beforeAll(async () => {
  scratch = await scratchDatabase();
});
afterAll(() => scratch[Symbol.asyncDispose]());

const wallets = walletSignatures();
const depsOf = (): IdentityDeps => testIdentity(scratch.database, { wallets });

const codeOf = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => "done",
    (error: unknown) => (error instanceof DomainError ? error.code : String(error)),
  );

/** A new wallet with a message to sign, as the service gave it. */
const begin = async (deps: IdentityDeps) => {
  const owner = privateKeyToAccount(generatePrivateKey());
  const started = await startWalletSignIn(deps, {
    ...stranger(),
    address: owner.address.toLowerCase(),
    chainId: 1,
  });
  const fields = wallets.parse(started.message);
  if (fields === undefined) throw new Error("the service's own message is none");
  const enter = async (message: string, signature?: string, by: IdentityDeps = deps) =>
    signInWithWallet(by, {
      ...stranger(),
      message,
      signature: signature ?? (await owner.signMessage({ message })),
    });
  return { owner, fields, message: started.message, enter };
};

test("a wallet's first sign-in makes its account, and the next one finds it", async () => {
  const deps = depsOf();
  const { owner, message, enter } = await begin(deps);
  const first = await enter(message);
  expect(first).toMatchObject({ created: true, session: { method: "wallet" } });
  const { message: again } = await startWalletSignIn(deps, {
    ...stranger(),
    address: owner.address,
    chainId: 31337,
  });
  const second = await enter(again);
  expect(second.created).toBe(false);
  expect(second.user).toEqual(first.user);
});

const later = (ms: number): string =>
  Temporal.Instant.fromEpochMilliseconds(Temporal.Now.instant().epochMilliseconds + ms).toString({
    smallestUnit: "millisecond",
  });
const HOUR = 3_600_000;

const changes: readonly (readonly [string, Partial<WalletMessage>])[] = [
  ["another domain", { domain: "evil.example" }],
  ["another port of the domain", { domain: "bets.example:8443" }],
  ["another URI", { uri: "https://evil.example" }],
  ["another path of the URI", { uri: "https://bets.example/other" }],
  ["another scheme", { scheme: "http" }],
  ["another chain", { chainId: 5 }],
  ["a nonce of its own", { nonce: "0123456789abcdef" }],
  ["no expiry", { expirationTime: undefined }],
  ["an expiry that has passed", { issuedAt: later(-2 * HOUR), expirationTime: later(-HOUR) }],
  ["a time that has not come", { notBefore: later(HOUR) }],
  ["an issue in the future", { issuedAt: later(HOUR), expirationTime: later(2 * HOUR) }],
];

test.each(changes)(
  "a message with %s is refused, and its nonce still counts",
  async (_, change) => {
    const { fields, message, enter } = await begin(depsOf());
    expect(await codeOf(enter(wallets.compose({ ...fields, ...change })))).toBe("SIGN_IN_FAILED");
    expect(await codeOf(enter(message))).toBe("done");
  },
);

const rewrites: readonly (readonly [string, (message: string) => string, string])[] = [
  ["version 2", (text) => text.replace("Version: 1", "Version: 2"), "VALIDATION_FAILED"],
  ["a line between", (text) => text.replace("Chain ID", "X: y\nChain ID"), "VALIDATION_FAILED"],
  ["text after it", (text) => `${text}\nURI: https://evil.example`, "VALIDATION_FAILED"],
  ["no message at all", () => "sign in", "VALIDATION_FAILED"],
  [
    "a date that is none",
    (text) => text.replace(/Time: \d{4}-\d\d/, "Time: 2026-13"),
    "VALIDATION_FAILED",
  ],
  ["a long tail", (text) => `${text}\nRequest ID: ${"x".repeat(5000)}`, "VALIDATION_FAILED"],
];

test.each(rewrites)("%s is refused", async (_, rewrite, code) => {
  const { message, enter } = await begin(depsOf());
  expect(await codeOf(enter(rewrite(message)))).toBe(code);
});

test("what a client adds in its own words is fine, as the standard has it", async () => {
  const { fields, enter } = await begin(depsOf());
  const message = wallets.compose({
    ...fields,
    scheme: "https",
    statement: "Let me in.",
    notBefore: later(-1000),
    requestId: "abc",
    resources: ["https://bets.example/terms"],
  });
  expect(await codeOf(enter(message))).toBe("done");
});

test("a nonce is of the address it was given to", async () => {
  const deps = depsOf();
  const [mine, theirs] = [await begin(deps), await begin(deps)];
  const message = wallets.compose({ ...mine.fields, nonce: theirs.fields.nonce });
  expect(await codeOf(mine.enter(message))).toBe("SIGN_IN_FAILED");
});

test("whoever knows an address, and has not its key, keeps its owner out by no number of attempts", async () => {
  const deps = depsOf();
  const { owner, message, enter } = await begin(deps);
  const forger = privateKeyToAccount(generatePrivateKey());
  for (let n = 0; n < 12; n += 1) {
    await startWalletSignIn(deps, { ...stranger(), address: owner.address, chainId: 1 });
    expect(await codeOf(enter(message, await forger.signMessage({ message })))).toBe(
      "SIGN_IN_FAILED",
    );
  }
  expect(await codeOf(enter(message))).toBe("done");
});

test("attempts are counted by address, and by wallet once it has signed", async () => {
  const none = { quota: 0, windowSeconds: 60 };
  const many = { quota: 1000, windowSeconds: 60 };
  for (const limits of [
    { perAccount: many, perAddress: none },
    { perAccount: none, perAddress: many },
  ]) {
    const { message, enter } = await begin(depsOf());
    const deps = depsOf();
    const limited = { ...deps, auth: { ...deps.auth, limits } };
    expect(await codeOf(enter(message, undefined, limited))).toBe("RATE_LIMITED");
  }
});

test("somebody else's signature, or one of another text, is refused", async () => {
  const deps = depsOf();
  const [mine, theirs] = [await begin(deps), await begin(deps)];
  for (const signature of [
    await theirs.owner.signMessage({ message: mine.message }),
    await mine.owner.signMessage({ message: `${mine.message} ` }),
    "0x",
    "nonsense",
  ]) {
    expect(await codeOf(mine.enter(mine.message, signature))).toBe("SIGN_IN_FAILED");
  }
});

test("of many who bring one signed message at once, one is let in, and nobody later", async () => {
  const { message, enter } = await begin(depsOf());
  const all = await Promise.all(Array.from({ length: 8 }, () => codeOf(enter(message))));
  expect(all.filter((code) => code === "done")).toHaveLength(1);
  expect(await codeOf(enter(message))).toBe("SIGN_IN_FAILED");
});

test("a wallet that signs in twice at once for the first time has one account", async () => {
  const deps = depsOf();
  const { owner, message, enter } = await begin(deps);
  const other = await startWalletSignIn(deps, {
    ...stranger(),
    address: owner.address,
    chainId: 1,
  });
  const both = await Promise.all([enter(message), enter(other.message)]);
  expect(new Set(both.map(({ user }) => user.id)).size).toBe(1);
  expect(both.filter(({ created }) => created)).toHaveLength(1);
});

test("a nonce counts for ten minutes", async () => {
  const { fields, enter } = await begin(depsOf());
  const message = wallets.compose({ ...fields, expirationTime: later(HOUR) });
  await moveRealTime(scratch.owner, { minutes: 10, seconds: 1 });
  expect(await codeOf(enter(message))).toBe("SIGN_IN_FAILED");
  await moveRealTime(scratch.owner, { seconds: 0 });
  expect(await codeOf(enter(message))).toBe("done");
});

test("an address or a chain that is none begins nothing", async () => {
  const deps = depsOf();
  const start = (address: string, chainId: number) =>
    codeOf(startWalletSignIn(deps, { ...stranger(), address, chainId }));
  const { address } = privateKeyToAccount(generatePrivateKey());
  expect(await start("0x12", 1)).toBe("VALIDATION_FAILED");
  expect(await start(address, 2)).toBe("VALIDATION_FAILED");
  expect(await start(address, 1)).toBe("done");
});
