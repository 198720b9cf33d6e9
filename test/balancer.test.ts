import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWithCommand } from "../packages/database/src/testing/index.ts";
import { readText } from "./infra/read-infra.ts";

setDefaultTimeout(30_000);

const MAX_BODY = 65_536;
const CONNECTIONS = 10;

const freePort = (): number => {
  const listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { data: () => undefined },
  });
  listener.stop(true);
  return listener.port;
};

/** Sends `text` on a connection of its own; `got` is what came back by the time it was closed or `until` was seen. */
const open = (port: number, text: string, until = "\r\n\r\n") => {
  const socket = connect({ host: "127.0.0.1", port });
  const { promise: got, resolve } = Promise.withResolvers<string>();
  let seen = "";
  socket.on("error", () => resolve(seen));
  socket.on("close", () => resolve(seen));
  socket.on("data", (data: Buffer) => {
    seen += data.toString();
    if (seen.includes(until)) resolve(seen);
  });
  socket.write(text);
  return { socket, got };
};

const post = (headers: string, body: string) =>
  `POST /auth/refresh HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n${body}`;

describeWithCommand("balancer", [["haproxy", "-v"]], (haproxy) => {
  /** The balancer as it is set up, before a replica that says how long each body was; few connections fill it. */
  const scene = async () => {
    const bodies: number[] = [];
    let arrived = 0;
    const replica = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      async fetch(request) {
        arrived += 1;
        bodies.push((await request.arrayBuffer()).byteLength);
        return new Response("ok");
      },
    });
    const folder = await mkdtemp(join(tmpdir(), "balancer-"));
    const port = freePort();
    const file = join(folder, "haproxy.cfg");
    const config = (await readText("infra/balancer/haproxy.cfg"))
      .replace("maxconn 8000", "maxconn 100")
      .replace("sc0_conn_cur gt 1000", `sc0_conn_cur gt ${CONNECTIONS}`)
      .replace("timeout http-request 10s", "timeout http-request 1s")
      .replace("bind :8000", `bind 127.0.0.1:${port}`)
      .replace("bind :8404", `bind 127.0.0.1:${freePort()}`)
      .replace(/server-template api .*/, `server api 127.0.0.1:${replica.port}`);
    await writeFile(file, config);
    const process = Bun.spawn([...haproxy, "-db", "-f", file], {
      stdout: "ignore",
      stderr: "pipe",
    });
    const isUp = async () => {
      const { socket, got } = open(port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      const answer = await got;
      socket.destroy();
      return answer !== "";
    };
    while (!(await isUp())) await Bun.sleep(20);
    arrived = 0;
    bodies.length = 0;
    return {
      port,
      bodies,
      arrived: () => arrived,
      async [Symbol.asyncDispose]() {
        process.kill();
        await process.exited;
        await replica.stop(true);
        await rm(folder, { recursive: true });
      },
    };
  };

  test.each([1, 20_000, MAX_BODY - 1])(
    "a body that stops after %i bytes stops there, and not at a replica",
    async (sent) => {
      await using s = await scene();
      for (const stuck of [
        post(`Content-Length: ${MAX_BODY}`, "x".repeat(sent)),
        post("Transfer-Encoding: chunked", `${MAX_BODY.toString(16)}\r\n${"x".repeat(sent)}`),
      ])
        expect(await open(s.port, stuck).got).toStartWith("HTTP/1.1 408");
      expect(s.arrived()).toBe(0);
    },
  );

  test("a body as large as the API takes comes through whole, beside a large head", async () => {
    await using s = await scene();
    const { socket, got } = open(
      s.port,
      post(`X-Large: ${"y".repeat(14_000)}\r\nContent-Length: ${MAX_BODY}`, "x".repeat(60_000)),
    );
    await Bun.sleep(100);
    expect(s.arrived()).toBe(0);
    socket.write("x".repeat(MAX_BODY - 60_000));
    expect(await got).toStartWith("HTTP/1.1 200");
    expect(s.bodies).toEqual([MAX_BODY]);
    socket.destroy();
  });

  test.each([
    ["declared", post(`Content-Length: ${MAX_BODY + 1}`, "x".repeat(MAX_BODY + 1))],
    ["declared beyond 32 bits", post("Content-Length: 4294967300", "x".repeat(100_000))],
    ["in chunks", post("Transfer-Encoding: chunked", `1ffff\r\n${"x".repeat(100_000)}`)],
  ])("a larger one is refused before any replica hears of it: %s", async (_, request) => {
    await using s = await scene();
    const { socket, got } = open(s.port, request, '"title":"Content Too Large"');
    const answer = await got;
    expect(answer).toStartWith("HTTP/1.1 413");
    expect(answer.toLowerCase()).toContain("content-type: application/problem+json");
    expect(s.arrived()).toBe(0);
    socket.destroy();
  });

  test.each(["/metrics", "/x/../metrics", "/%6detrics", "/x\\..\\metrics", "/%ZZ/../%6detrics"])(
    "nobody outside reads figures, whatever a replica serves: %s",
    async (path) => {
      await using s = await scene();
      const { socket, got } = open(s.port, `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
      expect(await got).toStartWith("HTTP/1.1 403");
      expect(s.arrived()).toBe(0);
      socket.destroy();
    },
  );

  test("an address has so many connections, far fewer than there are; one that ends makes room", async () => {
    const config = await readText("infra/balancer/haproxy.cfg");
    const [, all] = /maxconn (\d+)/.exec(config) ?? [];
    const [, few] = /sc0_conn_cur gt (\d+)/.exec(config) ?? [];
    expect(Number(few) * 4).toBeLessThan(Number(all));
    await using s = await scene();
    const ask = () => open(s.port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    const crowd = Array.from({ length: CONNECTIONS - 1 }, ask);
    for (const { got } of crowd) expect(await got).toStartWith("HTTP/1.1 200");
    const more = Array.from({ length: 3 }, ask);
    const answers = await Promise.all(more.map(({ got }) => got));
    expect(answers.filter((answer) => answer === "").length).toBeGreaterThan(0);
    for (const { socket } of crowd.slice(0, 5)) socket.destroy();
    await Bun.sleep(100);
    const next = ask();
    expect(await next.got).toStartWith("HTTP/1.1 200");
    for (const { socket } of [...crowd, ...more, next]) socket.destroy();
  });
});
