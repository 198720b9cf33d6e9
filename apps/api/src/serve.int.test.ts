import { expect, test } from "bun:test";
import { connect } from "node:net";
import { apiHarness, type ApiHarness } from "./testing/api-harness.ts";
import { serveApi, type ApiServer } from "./serve-api.ts";

const CLIENTS = 200;

const scene = async (change: Parameters<typeof apiHarness>[0] = {}) => {
  const h = await apiHarness(change);
  await h.moveTo("2026-11-20T22:00:00Z");
  const server = serveApi(h.api, { port: 0, hostname: "127.0.0.1" });
  return {
    h,
    server,
    async [Symbol.asyncDispose]() {
      await server.stop(1_000);
      await h[Symbol.asyncDispose]();
    },
  };
};

const listen = async (server: ApiServer, path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(new URL(path, server.url).href, { headers });
  const decoder = new TextDecoder();
  let text = "";
  let ended = false;
  const done = (async () => {
    for await (const part of response.body ?? []) text += decoder.decode(part, { stream: true });
    ended = true;
  })();
  const until = async (wanted: string): Promise<string> => {
    const deadline = performance.now() + 20_000;
    while (!text.includes(wanted)) {
      if (ended || performance.now() > deadline) throw new Error(`${wanted} never came: ${text}`);
      await Bun.sleep(5);
    }
    return text;
  };
  return { response, until, done, text: () => text };
};

/** A connection that asks for a stream and then reads nothing. */
const stuckClient = (server: ApiServer, path: string) => {
  const { hostname, port } = new URL(server.url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on("error", () => undefined);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
  socket.pause();
  return socket;
};

const bet = async (h: ApiHarness, userId: string, stake: number) => {
  const placed = await h.ask("POST", "/bets", {
    json: { userId, side: "UP", stakeMicroUsdc: stake },
    headers: { "Idempotency-Key": String(stake) },
  });
  expect(placed.status).toBe(201);
  // The intake of the harness has a bus of its own.
  h.events.publish({ type: "round.pools", market: "NDX", round: "20261123" });
};

test("200 clients hear of pools and states; one that reads nothing hurts none of them", async () => {
  await using s = await scene({ settings: { streamsPerNetwork: CLIENTS + 5 } });
  const { h, server } = s;
  const user = await h.player("1000000000");
  const stuck = Array.from({ length: 5 }, () => stuckClient(server, "/rounds/20261123/events"));
  const clients = await Promise.all(
    Array.from({ length: CLIENTS }, () => listen(server, "/rounds/20261123/events")),
  );
  expect(clients[0]?.response.headers.get("Content-Type")).toContain("text/event-stream");
  expect(clients[0]?.response.headers.get("Cache-Control")).toBe("no-store");
  await Promise.all(clients.map((client) => client.until("event: snapshot")));
  await bet(h, user, 1_000_000);
  await Promise.all(clients.map((client) => client.until('"poolUpMicroUsdc":"1000000"')));
  await bet(h, user, 500_000);
  await Promise.all(clients.map((client) => client.until('"poolUpMicroUsdc":"1500000"')));
  await h.moveTo("2026-11-23T20:59:59Z");
  await Promise.all(clients.map((client) => client.until('"state":"LOCKED"')));
  expect(clients[0]?.text()).not.toContain(user);
  h.rounds.oracle.script("2026-11-20", { kind: "right", price: "100" });
  h.rounds.oracle.script("2026-11-23", { kind: "right", price: "101" });
  await h.moveTo("2026-11-23T21:05:00Z");
  await h.moveTo("2026-11-23T21:05:01Z");
  await Promise.all(clients.map((client) => client.done));
  for (const client of clients) {
    expect(client.text()).toContain('"state":"SETTLED"');
    expect(client.text()).toEndWith('event: end\nid: end\ndata: {"reason":"finished"}\n\n');
  }
  for (const socket of stuck) socket.destroy();
});

test("an EventSource that has seen the end is told not to come back", async () => {
  await using s = await scene();
  const { h, server } = s;
  await h.moveTo("2026-11-20T22:00:01Z");
  const path = "/rounds/20261123/events";
  const open = await listen(server, path, { "Last-Event-ID": "end" });
  expect(open.response.status).toBe(200);
  await open.until("snapshot");
  h.rounds.oracle.script("2026-11-20", { kind: "right", price: "100" });
  h.rounds.oracle.script("2026-11-23", { kind: "right", price: "101" });
  await h.moveTo("2026-11-23T21:05:00Z");
  await h.moveTo("2026-11-23T21:05:01Z");
  await open.done;
  const back = await listen(server, path, { "Last-Event-ID": "end" });
  expect(back.response.status).toBe(204);
  const other = await listen(server, path, { "Last-Event-ID": "17" });
  await other.done;
  expect(other.text()).toContain("event: snapshot");
  expect(other.text()).toContain("event: end");
});

test("a market's stream tells what is current, and its end when the server drains", async () => {
  await using s = await scene();
  const { h, server } = s;
  const client = await listen(server, "/events");
  await client.until('"code":"20261123"');
  await h.moveTo("2026-11-23T20:59:59Z");
  await client.until("event: current");
  await client.until('"code":"20261124"');
  // it waits for no deadline: the stream has ended
  await server.stop(600_000);
  await client.done;
  expect(client.text()).toEndWith('event: end\nid: end\ndata: {"reason":"draining"}\n\n');
  expect(fetch(server.url)).rejects.toThrow();
});

test("a body that claims to be huge is refused by its header, with a problem document", async () => {
  await using s = await scene();
  const { hostname, port } = new URL(s.server.url);
  const credential = s.h.credentials.issue({ roles: ["admin"] });
  const socket = connect({ host: hostname, port: Number(port) });
  const { promise, resolve } = Promise.withResolvers<string>();
  socket.on("data", (data: Buffer) => resolve(data.toString()));
  socket.write(
    `POST /users HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${credential}\r\nContent-Type: application/json\r\nContent-Length: 4000000000\r\n\r\n{`,
  );
  const answer = await promise;
  expect(answer).toStartWith("HTTP/1.1 413");
  expect(answer).toContain('"code":"PAYLOAD_TOO_LARGE"');
  socket.destroy();
});

test.each([
  ["none", "HTTP/1.0\r\n"],
  ["an empty one", "HTTP/1.1\r\nHost:\r\n"],
  ["one that is none", "HTTP/1.1\r\nHost: a@b\r\n"],
])("a path is read whole whatever Host is: %s", async (_, rest) => {
  await using s = await scene();
  const { port } = new URL(s.server.url);
  const ask = async (line: string, more = "") => {
    const socket = connect({ host: "127.0.0.1", port: Number(port) });
    const { promise, resolve } = Promise.withResolvers<string>();
    socket.on("data", (data: Buffer) => resolve(data.toString()));
    socket.write(`${line} ${rest}${more}\r\n`);
    const answer = await promise;
    socket.destroy();
    return answer.split(" ")[1];
  };
  expect(await ask("GET /health")).toBe("200");
  expect(await ask("HEAD /health?x")).toBe("200");
  expect(await ask("GET /rounds/current?market=none")).toBe("404");
  for (const path of ["/seventy/health", "//else.where/health", "/x/y/z/metrics"])
    expect([path, await ask(`GET ${path}`)]).toEqual([path, "404"]);
  const body = "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
  expect(await ask("POST /auth/refresh", body)).toBe("422");
});

/** A connection from behind a proxy of ours; `answer` is how the first answer on it begins. */
const from = (server: ApiServer, address: string, rest: string) => {
  const { hostname, port } = new URL(server.url);
  const socket = connect({ host: hostname, port: Number(port) });
  const { promise: answer, resolve } = Promise.withResolvers<string>();
  socket.on("error", () => undefined);
  socket.on("data", (data: Buffer) => resolve(data.toString()));
  const [line = "", ...more] = rest.split("\r\n");
  socket.write(
    [`${line} HTTP/1.1`, `Host: ${hostname}`, `X-Forwarded-For: ${address}`, ...more].join("\r\n"),
  );
  return { socket, answer };
};

const [CROWD, OTHER] = ["198.51.100.1", "203.0.113.9"];
const PROXIED = { trustedProxies: ["127.0.0.1"] };

test("a network that has all its streams leaves others theirs", async () => {
  await using s = await scene({ settings: { ...PROXIED, streamsPerNetwork: 3 } });
  const open = (address: string) => from(s.server, address, "GET /events\r\n\r\n");
  const crowd = Array.from({ length: 3 }, () => open(CROWD));
  for (const { answer } of crowd) expect(await answer).toStartWith("HTTP/1.1 200");
  const refused = open(CROWD);
  expect(await refused.answer).toStartWith("HTTP/1.1 429");
  expect(await refused.answer).toContain('"code":"RATE_LIMITED"');
  expect(await refused.answer).toContain("Retry-After: 10");
  const other = open(OTHER);
  expect(await other.answer).toStartWith("HTTP/1.1 200");
  for (const { socket } of [...crowd, refused, other]) socket.destroy();
});

test("HEAD opens no stream that nobody reads", async () => {
  await using s = await scene({ settings: { ...PROXIED, streamsPerNetwork: 1 } });
  for (const path of ["/events", "/rounds/20261123/events", "/events"]) {
    const { socket, answer } = from(s.server, CROWD, `HEAD ${path}\r\n\r\n`);
    expect(await answer).toStartWith("HTTP/1.1 200");
    expect((await answer).toLowerCase()).not.toContain("content-length");
    socket.destroy();
  }
  const { socket, answer } = from(s.server, CROWD, "GET /events\r\n\r\n");
  expect(await answer).toStartWith("HTTP/1.1 200");
  socket.destroy();
});

test.each([
  ["declared", "Content-Length: 60000\r\n\r\n{"],
  ["in chunks", "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"],
])(
  "bodies that never end, %s, keep nobody else from being answered, and are few",
  async (_, body) => {
    await using s = await scene({
      settings: { ...PROXIED, requestsAtOnce: 2, bodiesPerNetwork: 3 },
    });
    const { h, server } = s;
    const send = (address: string, rest: string) =>
      from(server, address, `POST /auth/refresh\r\nContent-Type: application/json\r\n${rest}`);
    const crowd = Array.from({ length: 3 }, () => send(CROWD, body));
    const waiting = () => crowd.map(({ answer }) => Bun.peek.status(answer));
    await Bun.sleep(100);
    const refused = send(CROWD, body);
    expect(await refused.answer).toStartWith("HTTP/1.1 429");
    expect(await refused.answer).toContain("Retry-After: 1\r\n");
    expect(waiting()).toEqual(["pending", "pending", "pending"]);
    const whole = send(OTHER, "Content-Length: 2\r\n\r\n{}");
    expect(await whole.answer).toStartWith("HTTP/1.1 422");
    const user = await h.player("1");
    const credential = h.credentials.issue({ roles: ["player"], userId: user });
    const list = await fetch(new URL(`/users/${user}/bets`, server.url), {
      headers: { Authorization: `Bearer ${credential}`, "X-Forwarded-For": OTHER },
    });
    expect(list.status).toBe(200);
    // whoever goes makes room for their neighbours
    for (const { socket } of crowd) socket.destroy();
    await Bun.sleep(100);
    const next = send(CROWD, "Content-Length: 2\r\n\r\n{}");
    expect(await next.answer).toStartWith("HTTP/1.1 422");
    for (const { socket } of [refused, whole, next]) socket.destroy();
  },
);

test("a body that comes in pieces is read whole", async () => {
  await using s = await scene();
  const credential = s.h.credentials.issue({ roles: ["admin"] });
  const { socket, answer } = from(
    s.server,
    OTHER,
    `POST /users\r\nAuthorization: Bearer ${credential}\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{"handle":`,
  );
  await Bun.sleep(50);
  socket.write('"ada"}');
  expect(await answer).toStartWith("HTTP/1.1 201");
  socket.destroy();
});

test("what is being answered is answered before the server stops", async () => {
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const slow = {
    name: "slow",
    async check() {
      ask();
      await Bun.sleep(300);
      return undefined;
    },
  };
  await using s = await scene({ probes: [slow] });
  const { server } = s;
  const answer = fetch(new URL("/health/components", server.url).href);
  await asked;
  await server.stop(5_000);
  expect(await (await answer).text()).toContain('"slow"');
});
