import { afterAll, expect, test } from "bun:test";
import { errorOf } from "@closebell/database/testing";
import { httpScreening } from "./http-screening.ts";

const USER = "019a3f6c-7e10-7cc2-a1b5-0d3a4f0e9c11";
const TOKEN = "token-that-nobody-may-read";

interface Heard {
  readonly authorization: string | null;
  readonly body: string;
}

const heard: Heard[] = [];
let replies: (() => Response)[] = [];

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  async fetch(request) {
    heard.push({ authorization: request.headers.get("Authorization"), body: await request.text() });
    return (replies.shift() ?? (() => new Response("", { status: 500 })))();
  },
});
afterAll(() => server.stop(true));

const url = `http://127.0.0.1:${server.port}/path-with-a-key`;
const screen = (...next: (() => Response)[]) => {
  heard.splice(0);
  replies = next;
  return httpScreening({ url, token: TOKEN }).screen(USER);
};
const json = (body: unknown) => () => Response.json(body);

test("asks about a player by id, with the token, and reads what is said", async () => {
  expect(await screen(json({ decision: "pass" }))).toEqual({ refusedFor: null, validUntil: null });
  expect(heard).toEqual([
    { authorization: `Bearer ${TOKEN}`, body: JSON.stringify({ userId: USER }) },
  ]);
  const until = json({ decision: "pass", validUntil: "2027-01-01T01:00:00+01:00" });
  expect((await screen(until)).validUntil?.toString()).toBe("2027-01-01T00:00:00Z");
  for (const reason of ["age", "country", "sanctions", "identity"] as const) {
    const refused = await screen(json({ decision: "refuse", reason }));
    expect(refused).toEqual({ refusedFor: reason, validUntil: null });
  }
});

test("a failure that may pass is asked again", async () => {
  const busy = () => new Response("", { status: 503 });
  expect((await screen(busy, json({ decision: "pass" }))).refusedFor).toBeNull();
  expect(heard).toHaveLength(2);
});

test.each([
  ["another decision", json({ decision: "maybe" })],
  ["a refusal without a reason", json({ decision: "refuse" })],
  ["a reason nobody knows", json({ decision: "refuse", reason: "weather" })],
  ["a time that is none", json({ decision: "pass", validUntil: "soon" })],
  ["no JSON", () => new Response("pass")],
  ["an empty answer", () => new Response(null, { status: 204 })],
  ["a refusal to answer", () => new Response(`who is ${TOKEN}?`, { status: 403 })],
  ["a redirect", () => Response.redirect("http://127.0.0.1:1/elsewhere")],
])("%s is no pass, and the error holds no secret", async (_name, reply) => {
  const error = await errorOf(screen(reply));
  expect(error).toBeInstanceOf(Error);
  expect(String(error)).not.toContain(TOKEN);
  expect(String(error)).not.toContain("path-with-a-key");
});
