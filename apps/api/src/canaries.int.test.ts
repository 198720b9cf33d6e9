import { expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { startProviderServer } from "@closebell/adapters/oracle/testing";
import { SYSTEM_ACTORS } from "@closebell/context";
import { scratchDatabase, type ScratchDatabase } from "@closebell/database/testing";
import { deliverMail } from "@closebell/identity";
import { memoryMailer, staffWith } from "@closebell/identity/testing";
import { advanceRounds, createBetIntake } from "@closebell/rounds";
import { createLogger, createRuntime, ensureMarket, readConfig } from "@closebell/runtime";
import { generateSync } from "otplib";
import { createApi } from "./create-api.ts";
import { asking, askingAs, type Ask } from "./testing/asking.ts";

/** What the environment gives the service. */
const GIVEN = {
  AUTH_SECRET: "canary-auth-secret-".padEnd(60, "a"),
  METRICS_TOKEN: "canary-metrics-token-5c1d",
  MASSIVE_API_KEY: "canary-massive-key-77be",
  MAIL_URL: "smtps://canary-login:canary-mail-password@mail.invalid:465",
};

/** Secrets, and what may hold them: nothing, unless an answer exists to hand one over. */
interface Kept {
  readonly secrets: Map<string, string>;
  readonly told: string[];
}

/** Everything there is in the database, a row a line. */
const dump = async ({ owner }: ScratchDatabase): Promise<string> => {
  const tables = await owner.sql<{ name: string }[]>`
    select format('%I.%I', table_schema, table_name) as name from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`;
  const rows = await Promise.all(
    tables.map(({ name }) => owner.sql.unsafe(`select t::text as line from ${name} t`)),
  );
  return rows.flatMap((each) => each.map(({ line }) => String(line))).join("\n");
};

/** Asks as whoever has `credential`; keeps every answer, but for the fields that hand a secret over. */
const telling =
  (ask: Ask, { secrets, told }: Kept, credential: string | null): Ask =>
  async (method, path, init) => {
    const answer = await askingAs(ask, credential)(method, path, init);
    let { text } = answer;
    for (const field of [
      "accessToken",
      "refreshToken",
      "key",
      "secret",
      "uri",
      "recoveryCodes.0",
    ]) {
      const value = answer.status < 300 && text.startsWith("{") ? answer.at(field) : undefined;
      if (value === undefined) continue;
      secrets.set(`${method} ${path} ${field} ${secrets.size}`, value);
      text = text.replaceAll(value, "…");
    }
    told.push(text, JSON.stringify([...answer.headers]));
    return answer;
  };

test("no secret is in a log, an answer, evidence, the figures or, as it was given, in the database", async () => {
  await using scratch = await scratchDatabase();
  await using server = startProviderServer({ keys: { massive: GIVEN.MASSIVE_API_KEY } });
  const lines: string[] = [];
  const log = createLogger({
    logLevel: "trace",
    logPretty: false,
    name: "api",
    write: (line) => void lines.push(line),
  });
  const url = new URL(scratch.url);
  if (url.password === "") url.password = "canary-database-password";
  const config = readConfig({
    ...GIVEN,
    DATABASE_URL: url.href,
    ORACLE: "massive:I:NDX",
    MASSIVE_URL: server.url,
  });
  const runtime = await createRuntime({
    config,
    log,
    place: { url: url.href },
    name: "canaries",
    signsIn: true,
  });
  await ensureMarket(runtime, config);
  const intake = createBetIntake(runtime);
  const settings = { ...config.http, metrics: { token: GIVEN.METRICS_TOKEN }, accessLogSample: 1 };
  const api = createApi({ ...runtime, intake, settings });

  const kept: Kept = { secrets: new Map(Object.entries(GIVEN)), told: [] };
  const { secrets, told } = kept;
  secrets.set("database password", url.password);
  secrets.set("mail password", "canary-mail-password");
  const { apiKey } = await staffWith(runtime);
  secrets.set("operator's key", apiKey);
  const plain = asking(api, null);
  const as = (credential: string | null | undefined) => telling(plain, kept, credential ?? null);
  const [nobody, staff] = [as(null), as(apiKey)];

  const [email, password] = ["ada@example.com", "canary horse battery staple"];
  secrets.set("password", password);
  await nobody("POST", "/auth/register", { json: { email, password } });
  const mailer = memoryMailer();
  await deliverMail({ ...runtime, mailer });
  const token = /cb_mail_[\w-]+/.exec(mailer.sent[0]?.text ?? "")?.[0] ?? "no token";
  secrets.set("mailed token", token);
  const entered = await nobody("POST", "/auth/verify-email", { json: { token, password } });
  const player = as(entered.at("accessToken"));
  const userId = entered.at("user.id") ?? "";

  // secrets where they don't belong
  const { accessToken = "" } = { accessToken: entered.at("accessToken") };
  await nobody("POST", "/auth/sign-in", { json: { email, password: `${password}!` } });
  await nobody("POST", "/auth/sign-in", { json: { email: password, password } });
  await nobody("POST", "/auth/sign-in", { body: `{"password": "${password}", ` });
  await nobody("POST", "/auth/refresh", { json: { refreshToken: accessToken } });
  await nobody("POST", "/auth/verify-email", { json: { token, password } });
  await as(`${accessToken}x`)("GET", "/auth/me");
  await as(`${apiKey}x`)("GET", "/auth/me");
  await player("GET", `/users/${userId}/bets?cursor=${encodeURIComponent(apiKey)}`);
  await player("POST", "/bets", {
    json: { side: "UP", stakeMicroUsdc: password },
    headers: { "Idempotency-Key": randomUUID() },
  });

  const refreshed = await nobody("POST", "/auth/refresh", {
    json: { refreshToken: entered.at("refreshToken") },
  });
  const renewed = as(refreshed.at("accessToken"));
  await renewed("POST", "/auth/api-keys", {
    json: { name: "reader", scopes: ["own:read"], expiresInDays: 1 },
  });
  const enrolled = await renewed("POST", "/auth/totp", { json: {} });
  const code = generateSync({ secret: enrolled.at("secret") ?? "" });
  await renewed("POST", "/auth/totp/confirm", { json: { code } });
  await nobody("POST", "/auth/sign-in", { json: { email, password } });

  // the source says our key back to us, in every way it can
  const by = { actor: SYSTEM_ACTORS.scheduler, requestId: randomUUID() };
  const echo = `{"error":"Unknown API Key ${GIVEN.MASSIVE_API_KEY}"}`;
  server.fail({ kind: "status", status: 401, body: echo });
  await staff("POST", "/simulate/clock", { json: { to: "2026-11-20T12:00:00Z" } });
  await advanceRounds(runtime, { by });
  await scratch.setClock("2026-11-20T21:05:00Z");
  await advanceRounds(runtime, { by });
  const evidence = await nobody("GET", "/rounds/20261120/evidence");
  expect(evidence.text).toContain("***");
  await nobody("GET", "/health/components");
  await nobody("GET", "/metrics");
  told.push((await as(GIVEN.METRICS_TOKEN)("GET", "/metrics")).text);

  api.close();
  await intake.close();
  await runtime.stop();
  const places = { logs: lines.join(""), answers: told.join("\n"), database: await dump(scratch) };
  expect(places.logs).toContain("request refused");
  expect(places.answers).toContain("closebell_http_requests_total");
  expect(places.database).toContain(email);
  expect(secrets.size).toBeGreaterThan(16);
  for (const [name, secret] of secrets)
    for (const [place, text] of Object.entries(places))
      expect(text.includes(secret), `${name} in ${place}`).toBe(false);
});
