import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { embeddedSecret } from "./auth-secret.ts";
import { ConfigError } from "./config-error.ts";
import { createIdentity } from "./create-identity.ts";
import { readConfig } from "./read-config.ts";

const SECRET = "0123456789abcdef".repeat(4);

const problemsOf = (env: Record<string, string>): readonly string[] => {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};

describe("settings", () => {
  test("name this service where nothing else is said", () => {
    expect(readConfig({ PORT: "9000", XDG_CONFIG_HOME: "/etc/me" }).auth).toEqual({
      secret: undefined,
      apiKey: undefined,
      keysFile: "/etc/me/closebell/keys.json",
      issuer: "http://localhost:9000",
      audience: "closebell",
      site: { domain: "localhost:9000", uri: "http://localhost:9000", chainIds: [1] },
    });
  });

  test("of a site of its own", () => {
    const env = {
      AUTH_SECRET: SECRET,
      AUTH_ISSUER: "https://api.example.com",
      AUTH_AUDIENCE: "players",
      AUTH_SITE_URL: "https://www.example.com/play",
      AUTH_CHAIN_IDS: "1, 8453",
    };
    expect(readConfig(env).auth).toMatchObject({
      secret: SECRET,
      issuer: "https://api.example.com",
      audience: "players",
      site: { domain: "www.example.com", uri: "https://www.example.com", chainIds: [1, 8453] },
    });
  });

  test.each([
    ["AUTH_SECRET", "short"],
    ["AUTH_SECRET", `${SECRET} ${SECRET}`],
    ["CLOSEBELL_API_KEY", "cb_live_short"],
    ["AUTH_ISSUER", "example.com"],
    ["AUTH_AUDIENCE", "two words"],
    ["AUTH_SITE_URL", "ftp://example.com"],
    ["AUTH_CHAIN_IDS", "mainnet"],
  ])("%s=%s is refused", (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual([expect.stringContaining(`${name} must be`)]);
  });

  test.each([`sandbox-${SECRET}`, "change-me-what-seals-signing-keys-and-second-factors"])(
    "production takes no secret that others know: %s",
    (secret) => {
      expect(problemsOf({ AUTH_SECRET: secret })).toEqual([]);
      const [problem = ""] = problemsOf({ AUTH_SECRET: secret, NODE_ENV: "production" });
      expect(problem).toStartWith("AUTH_SECRET must be one of your own");
      expect(problem).not.toContain(secret);
      expect(problemsOf({ AUTH_SECRET: SECRET, NODE_ENV: "production" })).toEqual([]);
    },
  );
});

test("production takes no key of a sandbox", () => {
  const key = (realm: string) => `cb_${realm}_${"0".repeat(22)}_${"x".repeat(43)}`;
  const production = { NODE_ENV: "production" };
  expect(problemsOf({ CLOSEBELL_API_KEY: key("test") })).toEqual([]);
  expect(problemsOf({ ...production, CLOSEBELL_API_KEY: key("live") })).toEqual([]);
  expect(problemsOf({ ...production, CLOSEBELL_API_KEY: key("test") })).toEqual([
    "CLOSEBELL_API_KEY must not be a sandbox's in production.",
  ]);
});

describe("an embedded database's secret", () => {
  let dataDir: string;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "closebell-auth-"));
  });
  afterAll(() => rm(dataDir, { recursive: true }));

  test("is made once, by many who start at once too, for its owner's eyes only", async () => {
    const ask = () => embeddedSecret({ dataDir, sandbox: false, production: true });
    const secrets = await Promise.all(Array.from({ length: 8 }, ask));
    expect(new Set([...secrets, await ask()]).size).toBe(1);
    const file = join(dataDir, "secrets", "auth");
    expect((await readFile(file, "utf8")).trim()).toBe(secrets[0] ?? "");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(dataDir, "secrets"))).mode & 0o777).toBe(0o700);
    expect(problemsOf({ AUTH_SECRET: secrets[0] ?? "", NODE_ENV: "production" })).toEqual([]);
  });

  test("of a sandbox says so, and production refuses it", async () => {
    const dir = join(dataDir, "sandbox");
    const secret = await embeddedSecret({ dataDir: dir, sandbox: true, production: false });
    expect(secret).toStartWith("sandbox-");
    const attempt = embeddedSecret({ dataDir: dir, sandbox: true, production: true });
    expect(await attempt.catch((error: unknown) => error)).toBeInstanceOf(ConfigError);
  });
});

test("without a secret nothing is signed in, and what needs none goes on", async () => {
  const limiter = { take: () => Promise.resolve([]), close: () => Promise.resolve() };
  const given = { config: readConfig({}), dataDir: undefined, sandbox: false, limiter };
  const parts = await createIdentity({ ...given, signsIn: false });
  expect(parts.auth.audience).toBe("closebell");
  expect(() => parts.auth.secret).toThrow("AUTH_SECRET must be set beside DATABASE_URL");
  const demanded = createIdentity({ ...given, signsIn: true });
  expect(await demanded.catch((error: unknown) => error)).toBeInstanceOf(ConfigError);
});
