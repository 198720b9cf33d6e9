// Keeps one POST /bets in flight on each of many connections, each with a key of its own, and tells how long they took.
// On raw sockets: the generator shares the machine with what it measures, so what it costs itself must be little.
import type { Socket } from "bun";
import { createHistogram } from "../stats/histogram.ts";
import { answerIn } from "./http-answer.ts";
import { type LoadOrder, type LoadSeen, loadOrder, orderOf, tell } from "./messages.ts";

const KEY_DIGITS = 10;

/** A user's request, whose key is written over before it is sent. */
const templateOf = (side: string, port: number, user: string, token: string) => {
  const run = Bun.randomUUIDv7();
  const body = `{"userId":"${user}","side":"${side}","stakeMicroUsdc":"1000000"}`;
  const head =
    `POST /bets HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\n` +
    `Authorization: Bearer ${token}\r\nContent-Length: ${body.length}\r\nIdempotency-Key: ${run}-`;
  const bytes = Buffer.from(`${head}${"0".repeat(KEY_DIGITS)}\r\n\r\n${body}`, "latin1");
  return { bytes, key: head.length };
};

interface Slot {
  /** One of each user. */
  readonly templates: readonly ReturnType<typeof templateOf>[];
  sent: number;
  began: number;
  /** What has come of an answer that is not whole yet. */
  pending: Buffer;
}

/** Requests of each connection's own users, so that no user has two bets in flight. */
const templatesOf = ({ users, tokens, connections, port }: LoadOrder, slot: number) => {
  const each = Math.max(1, Math.floor(users.length / connections));
  const side = slot % 2 === 0 ? "UP" : "DOWN";
  return Array.from({ length: each }, (_, n) => {
    const place = (slot + n * connections) % users.length;
    return templateOf(side, port, users[place] ?? "", tokens[place] ?? "");
  });
};

const send = (socket: Socket<Slot>): void => {
  const { data: slot } = socket;
  const template = slot.templates[slot.sent % slot.templates.length];
  if (template === undefined) throw new Error("a connection has nobody to bet for");
  const { bytes, key } = template;
  bytes.write(slot.sent.toString(36).padStart(KEY_DIGITS, "0"), key, "latin1");
  slot.sent += 1;
  slot.began = performance.now();
  // less than a socket's buffer, and nothing else is waiting in it
  if (socket.write(bytes) !== bytes.length) throw new Error("a request was not sent whole");
};

const run = async (order: LoadOrder): Promise<LoadSeen> => {
  const histogram = createHistogram();
  const { promise: over, resolve: end, reject: fail } = Promise.withResolvers<void>();
  let [accepted, counted, refused, open] = [0, 0, 0, order.connections];
  let firstRefusal = "";
  let from = Infinity;
  let to = Infinity;
  const answered = (
    socket: Socket<Slot>,
    now: number,
    status: number,
    text: () => string,
  ): void => {
    if (status >= 200 && status < 300) accepted += 1;
    else {
      refused += 1;
      if (firstRefusal === "") firstRefusal = text().slice(0, 1_000);
    }
    if (now >= from && now < to) {
      counted += 1;
      histogram.record((now - socket.data.began) * 1000);
    }
    if (now < to) {
      send(socket);
      return;
    }
    socket.end();
    open -= 1;
    if (open === 0) end();
  };
  const handler = {
    data(socket: Socket<Slot>, chunk: Buffer) {
      const { data: slot } = socket;
      const bytes = slot.pending.length === 0 ? chunk : Buffer.concat([slot.pending, chunk]);
      const answer = answerIn(bytes);
      slot.pending = answer === undefined ? Buffer.from(bytes) : Buffer.alloc(0);
      if (answer === undefined) return;
      answered(socket, performance.now(), answer.status, () => bytes.toString("latin1"));
    },
    close: () => {
      if (performance.now() < to) fail(new Error("the server closed a connection"));
    },
    error: (_: Socket<Slot>, error: Error) => fail(error),
  };
  const sockets = await Promise.all(
    Array.from({ length: order.connections }, (_, n) =>
      Bun.connect<Slot>({
        hostname: "127.0.0.1",
        port: order.port,
        data: {
          templates: templatesOf(order, n),
          sent: 0,
          began: 0,
          pending: Buffer.alloc(0),
        },
        socket: handler,
      }),
    ),
  );
  from = performance.now() + order.warmSeconds * 1000;
  to = from + order.seconds * 1000;
  for (const socket of sockets) send(socket);
  await over;
  const [p50, p99] = [histogram.quantile(0.5), histogram.quantile(0.99)];
  return { accepted, perSecond: counted / order.seconds, p50, p99, refused, firstRefusal };
};

tell(await run(await orderOf(loadOrder)));
process.exit();
