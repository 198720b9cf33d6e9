import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { encodeCursor } from "@closebell/context";
import { expectBalancedBooks } from "@closebell/rounds/testing";
import { apiHarness, type ApiHarness } from "./testing/api-harness.ts";
import type { AskInit } from "./testing/asking.ts";

let h: ApiHarness;
let user: string;

beforeAll(async () => {
  h = await apiHarness();
  await h.moveTo("2026-11-20T15:00:00Z");
  await h.moveTo("2026-11-20T22:00:00Z");
  user = await h.player("10000000");
});

afterAll(async () => {
  expect((await h.ask("GET", `/users/${user}/balance`)).at("availableMicroUsdc")).toBe("10000000");
  await expectBalancedBooks(h.rounds);
  await h[Symbol.asyncDispose]();
});

const refused = async (
  method: string,
  path: string,
  init: AskInit,
  status: number,
  code: string,
  pointers: readonly string[] = [],
) => {
  const answer = await h.ask(method, path, init);
  expect([answer.status, answer.at("code")]).toEqual([status, code]);
  expect(answer.headers.get("Content-Type")).toBe("application/problem+json");
  expect(answer.headers.get("Cache-Control")).toBe("no-store");
  expect(answer.at("status")).toBe(String(status));
  expect(answer.at("type")).toBe(`/problems/${code}`);
  expect(answer.at("instance")).toBe(`urn:uuid:${answer.headers.get("X-Request-Id")}`);
  expect(answer.at("detail")?.length).toBeGreaterThan(10);
  for (const [n, pointer] of pointers.entries())
    expect(answer.at(`errors.${n}.pointer`)).toBe(pointer);
  expect(answer.text).not.toMatch(/select |insert |postgres|node_modules|\.ts:/i);
  return answer;
};

const key = () => ({ "Idempotency-Key": randomUUID() });

const bet = (change: Readonly<Record<string, unknown>>): AskInit => ({
  json: { userId: user, side: "UP", stakeMicroUsdc: "1000000", ...change },
  headers: key(),
});

describe("a stake that is no amount of money", () => {
  const amounts: readonly (readonly [name: string, value: unknown, code: string])[] = [
    ["0", "0", "AMOUNT_INVALID"],
    ["the number 0", 0, "AMOUNT_INVALID"],
    ["negative", "-1", "AMOUNT_INVALID"],
    ["a negative number", -1, "AMOUNT_INVALID"],
    ["a fraction", "1.5", "AMOUNT_INVALID"],
    ["a float", 1.5, "AMOUNT_INVALID"],
    ["a tiny float", 1e-7, "AMOUNT_INVALID"],
    ["exponents", "1e6", "AMOUNT_INVALID"],
    ["signed", "+1000000", "AMOUNT_INVALID"],
    ["with blanks", " 1000000", "AMOUNT_INVALID"],
    ["hexadecimal", "0x10", "AMOUNT_INVALID"],
    ["other digits", "١٢٣", "AMOUNT_INVALID"],
    ["empty", "", "AMOUNT_INVALID"],
    ["null", null, "AMOUNT_INVALID"],
    ["a boolean", true, "AMOUNT_INVALID"],
    ["a list", ["1000000"], "AMOUNT_INVALID"],
    ["an object", { amount: "1" }, "AMOUNT_INVALID"],
    ["2^63", "9223372036854775808", "AMOUNT_OVERFLOW"],
    ["2^64", "18446744073709551616", "AMOUNT_OVERFLOW"],
    ["a thousand digits", "9".repeat(1000), "AMOUNT_OVERFLOW"],
    ["two thousand digits", "9".repeat(2000), "AMOUNT_INVALID"],
    ["a number above 2^50", 2 ** 50 + 1, "AMOUNT_OVERFLOW"],
    ["missing", undefined, "VALIDATION_FAILED"],
  ];
  for (const [name, stakeMicroUsdc, code] of amounts)
    test(name, async () => {
      await refused("POST", "/bets", bet({ stakeMicroUsdc }), 422, code, ["/stakeMicroUsdc"]);
    });

  test("a fraction that JSON.parse would round to an integer", async () => {
    const body = `{"userId":"${user}","side":"UP","stakeMicroUsdc":9007199254740990.6}`;
    const headers = { ...key(), "Content-Type": "application/json" };
    await refused("POST", "/bets", { body, headers }, 422, "AMOUNT_OVERFLOW", ["/stakeMicroUsdc"]);
  });

  test("beyond the balance", async () => {
    await refused("POST", "/bets", bet({ stakeMicroUsdc: "10000001" }), 409, "INSUFFICIENT_FUNDS");
    const largest = String(2n ** 63n - 1n);
    const answer = await h.ask("POST", "/bets", bet({ stakeMicroUsdc: largest }));
    expect(answer.status).toBeWithin(400, 500);
  });

  test("beyond the balance, for a withdrawal", async () => {
    const json = { userId: user, amountMicroUsdc: "10000001", to: `0x${"e".repeat(40)}` };
    const init = { json, headers: key() };
    await refused("POST", "/withdrawals", init, 409, "INSUFFICIENT_FUNDS");
  });
});

describe("a bet that means nothing", () => {
  const bodies: readonly (readonly [string, Record<string, unknown>, readonly string[]])[] = [
    ["side in small letters", { side: "up" }, ["/side"]],
    ["no side", { side: undefined }, ["/side"]],
    ["a field nobody knows", { tip: 1 }, ["/tip"]],
    ["a field with slashes", { "a/b~c": 1 }, ["/a~1b~0c"]],
    ["a user that is no id", { userId: "ada" }, ["/userId"]],
    ["a round that is no date", { roundCode: "tomorrow" }, ["/roundCode"]],
    ["a market with blanks", { market: "N D X" }, ["/market"]],
    ["two things wrong", { side: 1, userId: 2 }, ["/userId", "/side"]],
  ];
  for (const [name, change, pointers] of bodies)
    test(name, async () => {
      await refused("POST", "/bets", bet(change), 422, "VALIDATION_FAILED", pointers);
    });

  test("a user who does not exist", async () => {
    await refused("POST", "/bets", bet({ userId: randomUUID() }), 404, "USER_NOT_FOUND");
  });

  test("a user who is the service itself", async () => {
    const userId = "00000000-0000-7000-8000-000000000002";
    await refused("POST", "/bets", bet({ userId }), 404, "USER_NOT_FOUND");
  });

  test("rounds that take no bets, or don't exist", async () => {
    await refused("POST", "/bets", bet({ roundCode: "20261120" }), 409, "ROUND_NOT_OPEN");
    await refused("POST", "/bets", bet({ roundCode: "20261124" }), 409, "ROUND_NOT_OPEN");
    await refused("POST", "/bets", bet({ roundCode: "20261126" }), 404, "ROUND_NOT_FOUND");
    await refused("POST", "/bets", bet({ roundCode: "20261399" }), 404, "ROUND_NOT_FOUND");
    await refused("POST", "/bets", bet({ market: "DAX" }), 404, "MARKET_NOT_FOUND");
  });

  test("without a key, or with one that is none", async () => {
    const { json } = bet({});
    await refused("POST", "/bets", { json }, 400, "IDEMPOTENCY_KEY_REQUIRED");
    const headers = { "Idempotency-Key": "a".repeat(201) };
    await refused("POST", "/bets", { json, headers }, 422, "VALIDATION_FAILED");
  });
});

// POST /bets reads its body by itself, all others by the framework: they must not differ
describe.each(["/users", "/bets"])("a body that is not one, to %s", (path) => {
  const json = { "Content-Type": "application/json", ...key() };
  const large = JSON.stringify({ handle: "a".repeat(70_000) });

  test("not JSON", async () => {
    for (const body of ["{side:UP}", '{"a":', ""])
      await refused("POST", path, { body, headers: json }, 400, "MALFORMED_JSON");
  });

  test("JSON, but no object", async () => {
    for (const body of ["[]", "1", "null", '"UP"'])
      await refused("POST", path, { body, headers: json }, 422, "VALIDATION_FAILED", [""]);
  });

  test("not declared as JSON", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"]) {
      const headers = { "Content-Type": type, ...key() };
      await refused("POST", path, { body: "{}", headers }, 415, "UNSUPPORTED_MEDIA_TYPE");
    }
    const bytes = new Response("{}").body;
    if (bytes !== null)
      await refused("POST", path, { body: bytes, headers: key() }, 415, "UNSUPPORTED_MEDIA_TYPE");
  });

  test("declared as JSON in other words", async () => {
    const body = '{"surprise":1}';
    for (const type of [
      "application/json; charset=utf-8",
      "Application/JSON",
      "application/x+json",
    ]) {
      const headers = { "Content-Type": type, ...key() };
      await refused("POST", path, { body, headers }, 422, "VALIDATION_FAILED");
    }
  });

  test("over 64 KiB, whole or in chunks", async () => {
    await refused("POST", path, { body: large, headers: json }, 413, "PAYLOAD_TOO_LARGE");
    const chunks = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let n = 0; n < 70; n += 1) controller.enqueue(new Uint8Array(1000).fill(32));
        controller.close();
      },
    });
    await refused("POST", path, { body: chunks, headers: json }, 413, "PAYLOAD_TOO_LARGE");
  });
});

describe("a body that is one", () => {
  const json = { "Content-Type": "application/json", ...key() };

  test("nothing at all is an empty object", async () => {
    await refused("POST", "/bets", { headers: key() }, 422, "VALIDATION_FAILED");
    expect((await h.ask("POST", "/users", {})).status).toBe(201);
  });

  test("just under 64 KiB is read", async () => {
    const body = `{}${" ".repeat(64 * 1024 - 2)}`;
    expect((await h.ask("POST", "/users", { body, headers: json })).status).toBe(201);
  });
});

describe("a field that is missing", () => {
  const requests: readonly (readonly [string, string, object, string])[] = [
    ["POST", "/bets", { side: "UP" }, "/stakeMicroUsdc"],
    ["POST", "/bets", { stakeMicroUsdc: "1" }, "/side"],
    ["POST", "/withdrawals", { amountMicroUsdc: "1" }, "/to"],
    ["POST", "/auth/register", { password: "correct horse battery" }, "/email"],
    ["POST", "/auth/sign-in/wallet/challenge", { address: `0x${"e".repeat(40)}` }, "/chainId"],
    ["POST", "/simulate/close", {}, "/date"],
  ];
  for (const [method, path, json, pointer] of requests)
    test(`${method} ${path} without ${pointer}`, async () => {
      const init = { json, headers: key() };
      const answer = await refused(method, path, init, 422, "VALIDATION_FAILED", [pointer]);
      expect(answer.at("errors.0.detail")).toBe("is required");
    });

  test("one that is there and wrong is told what it should be", async () => {
    const answer = await h.ask("POST", "/bets", bet({ side: null }));
    expect(answer.at("errors.0.detail")).toContain("UP");
    const query = await h.ask("GET", "/quote");
    expect(query.at("errors.0")).toContain('"/query/stakeMicroUsdc","detail":"is required"');
  });
});

describe("paths and queries", () => {
  const cases: readonly (readonly [string, string, number, string])[] = [
    ["GET", "/nothing", 404, "ROUTE_NOT_FOUND"],
    ["GET", "/users/", 404, "ROUTE_NOT_FOUND"],
    ["GET", "/%ff", 404, "ROUTE_NOT_FOUND"],
    ["GET", "/users/ada", 422, "VALIDATION_FAILED"],
    ["GET", `/users/${crypto.randomUUID()}`, 404, "USER_NOT_FOUND"],
    ["GET", `/users/${crypto.randomUUID()}/balance`, 404, "USER_NOT_FOUND"],
    ["GET", `/users/${crypto.randomUUID()}/bets`, 404, "USER_NOT_FOUND"],
    ["GET", `/users/${crypto.randomUUID()}/transfers`, 404, "USER_NOT_FOUND"],
    ["GET", `/users/${crypto.randomUUID()}/wallets`, 404, "USER_NOT_FOUND"],
    ["GET", `/bets/${crypto.randomUUID()}`, 404, "BET_NOT_FOUND"],
    ["GET", `/withdrawals/${crypto.randomUUID()}`, 404, "WITHDRAWAL_NOT_FOUND"],
    ["GET", "/rounds/2026-11-23", 422, "VALIDATION_FAILED"],
    ["GET", "/rounds/20261126", 404, "ROUND_NOT_FOUND"],
    ["GET", "/rounds/20261126/evidence", 404, "ROUND_NOT_FOUND"],
    ["GET", "/rounds/20261126/events", 404, "ROUND_NOT_FOUND"],
    ["GET", "/rounds/20261126/quote?stakeMicroUsdc=1", 404, "ROUND_NOT_FOUND"],
    ["GET", "/rounds/current?market=DAX", 404, "MARKET_NOT_FOUND"],
    ["GET", "/rounds?state=open", 422, "VALIDATION_FAILED"],
    ["GET", "/rounds?limit=0", 422, "VALIDATION_FAILED"],
    ["GET", "/rounds?limit=101", 422, "VALIDATION_FAILED"],
    ["GET", "/rounds?limt=5", 422, "VALIDATION_FAILED"],
    ["GET", "/rounds?limit=5&limit=6", 422, "VALIDATION_FAILED"],
    ["GET", "/quote", 422, "VALIDATION_FAILED"],
    ["GET", "/quote?stakeMicroUsdc=0", 422, "AMOUNT_INVALID"],
    ["GET", "/quote?stakeMicroUsdc=1.5", 422, "AMOUNT_INVALID"],
    ["GET", `/quote?stakeMicroUsdc=${2n ** 63n}`, 422, "AMOUNT_OVERFLOW"],
    ["GET", `/quote?stakeMicroUsdc=${2n ** 63n - 1n}`, 422, "AMOUNT_OVERFLOW"],
    ["GET", "/markets/DAX", 404, "MARKET_NOT_FOUND"],
    ["GET", "/calendar?from=2026-02-30", 422, "VALIDATION_FAILED"],
    ["GET", "/calendar?from=2026-11-23&to=2026-11-01", 422, "VALIDATION_FAILED"],
    ["GET", "/calendar?from=2031-01-01", 422, "BEYOND_CALENDAR"],
    ["GET", "/calendar?exchange=XETRA", 422, "VALIDATION_FAILED"],
    ["GET", "/problems/NOTHING", 404, "ROUTE_NOT_FOUND"],
    ["DELETE", "/bets", 405, "METHOD_NOT_ALLOWED"],
    ["POST", "/health", 405, "METHOD_NOT_ALLOWED"],
  ];
  for (const [method, path, status, code] of cases)
    test(`${method} ${path}`, async () => {
      await refused(method, path, {}, status, code);
    });

  test("an exchange without a calendar is told which have one", async () => {
    const answer = await h.ask("GET", "/calendar?exchange=LSE");
    expect(answer.at("detail")).toContain("/query/exchange must be one of NASDAQ");
  });

  test("405 says what the path does take", async () => {
    const answer = await h.ask("DELETE", "/rounds/20261123");
    expect(answer.headers.get("Allow")).toBe("GET, HEAD");
    expect((await h.ask("GET", "/bets")).headers.get("Allow")).toBe("POST");
  });
});

describe("cursors", () => {
  const lists = () => [
    "/rounds",
    `/users/${user}/bets`,
    `/users/${user}/transfers`,
    `/users/${user}/deposits`,
    `/users/${user}/withdrawals`,
  ];

  test("of another list, or of none", async () => {
    const foreign = encodeCursor("other", ["1"]);
    for (const list of lists())
      for (const cursor of [foreign, "x", "%E2%98%83", btoa("{}")])
        await refused("GET", `${list}?cursor=${cursor}`, {}, 422, "CURSOR_INVALID");
  });

  test("forged for this list", async () => {
    const forged: readonly (readonly [string, string])[] = [
      ["/rounds", encodeCursor("rounds:NDX:", ["' or 1=1"])],
      [`/users/${user}/bets`, encodeCursor(`bets:${user}`, ["x", "y"])],
      [`/users/${user}/bets`, encodeCursor(`bets:${user}`, ["9".repeat(19), user])],
      [`/users/${user}/transfers`, encodeCursor(`statement:user/${user}/available`, ["x"])],
      [`/users/${user}/deposits`, encodeCursor(`deposits:${user}:`, ["x"])],
      [`/users/${user}/withdrawals`, encodeCursor(`withdrawals:${user}:`, ["x"])],
    ];
    for (const [list, cursor] of forged)
      await refused("GET", `${list}?cursor=${cursor}`, {}, 422, "CURSOR_INVALID");
  });
});

describe("money that does not come or go", () => {
  const to = `0x${"e".repeat(40)}`;
  const withdrawal = (change: object): AskInit => ({
    json: { userId: user, amountMicroUsdc: "1", to, ...change },
    headers: key(),
  });
  const deposit = (change: object): AskInit => ({
    json: { userId: user, amountMicroUsdc: "1", tx: randomUUID(), ...change },
  });

  test("withdrawals", async () => {
    const path = "/withdrawals";
    await refused("POST", path, withdrawal({ to: "nowhere" }), 422, "ADDRESS_INVALID");
    await refused("POST", path, withdrawal({ to: "a b" }), 422, "VALIDATION_FAILED", ["/to"]);
    await refused("POST", path, withdrawal({ chain: "gold" }), 404, "CHAIN_NOT_FOUND");
    await refused("POST", path, withdrawal({ userId: randomUUID() }), 404, "USER_NOT_FOUND");
    await refused("POST", path, withdrawal({ amountMicroUsdc: 0 }), 422, "AMOUNT_INVALID");
    const { json } = withdrawal({});
    await refused("POST", path, { json }, 400, "IDEMPOTENCY_KEY_REQUIRED");
  });

  test("deposits", async () => {
    const path = "/simulate/deposit_webhook";
    await refused("POST", path, deposit({ userId: undefined }), 422, "VALIDATION_FAILED");
    await refused("POST", path, deposit({ userId: randomUUID() }), 404, "USER_NOT_FOUND");
    const address = `0x${"d".repeat(40)}`;
    const elsewhere = deposit({ userId: undefined, address });
    await refused("POST", path, elsewhere, 404, "ADDRESS_UNKNOWN");
    await refused("POST", path, deposit({ tx: "a\u0000b" }), 422, "VALIDATION_FAILED", ["/tx"]);
    await refused("POST", path, deposit({ log: -1 }), 422, "VALIDATION_FAILED", ["/log"]);
    await refused("POST", path, deposit({ log: 1.5 }), 422, "VALIDATION_FAILED", ["/log"]);
  });

  test("wallets and users", async () => {
    const nobody = { json: { userId: randomUUID() } };
    await refused("POST", "/wallets", nobody, 404, "USER_NOT_FOUND");
    const chain = { json: { userId: user, chain: "gold" } };
    await refused("POST", "/wallets", chain, 404, "CHAIN_NOT_FOUND");
    const handle = { json: { handle: "-x-" } };
    await refused("POST", "/users", handle, 422, "VALIDATION_FAILED", ["/handle"]);
    for (const name of ["", " ", "half of a pair: \ud83d", "a\u0000b", "\u202Edekcolb", "a\u061Cb"])
      await refused("POST", "/auth/api-keys", { json: { name } }, 422, "VALIDATION_FAILED", [
        "/name",
      ]);
    const taken = { json: { handle: randomUUID() } };
    expect((await h.ask("POST", "/users", taken)).status).toBe(201);
    await refused("POST", "/users", taken, 409, "HANDLE_TAKEN");
  });
});

describe("the clock and the simulated price", () => {
  /** Well written, but more than a timestamp holds, here or once something is added to it. */
  const NO_INSTANTS = [
    "0000-01-01T00:00:00Z",
    "2026-12-01T00:00:00.1234567890Z",
    "9999-12-31T23:59:59Z",
  ];

  test("the clock", async () => {
    const path = "/simulate/clock";
    await refused("POST", path, { json: {} }, 422, "VALIDATION_FAILED");
    const both = { advanceSeconds: 1, to: "2027-01-01T00:00:00Z" };
    await refused("POST", path, { json: both }, 422, "VALIDATION_FAILED");
    await refused("POST", path, { json: { advanceSeconds: 0 } }, 422, "VALIDATION_FAILED");
    for (const to of ["soon", ...NO_INSTANTS])
      await refused("POST", path, { json: { to } }, 422, "VALIDATION_FAILED", ["/to"]);
    const past = { json: { to: "2026-01-01T00:00:00Z" } };
    await refused("POST", path, past, 409, "CLOCK_BACKWARDS");
  });

  test("the price", async () => {
    const path = "/simulate/close";
    const set = (change: object): AskInit => ({ json: { date: "2026-11-23", ...change } });
    await refused("POST", path, set({ close: 1.5 }), 422, "VALIDATION_FAILED", ["/close"]);
    await refused("POST", path, set({ close: "-1" }), 422, "VALIDATION_FAILED", ["/close"]);
    await refused("POST", path, set({ mode: "late" }), 422, "VALIDATION_FAILED");
    for (const availableFrom of NO_INSTANTS) {
      const late = set({ mode: "late", availableFrom });
      await refused("POST", path, late, 422, "VALIDATION_FAILED", ["/availableFrom"]);
    }
    await refused("POST", path, set({ market: "DAX" }), 404, "MARKET_NOT_FOUND");
    expect(h.setCloses).toEqual([]);
  });
});
