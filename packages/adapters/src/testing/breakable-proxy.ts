import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A server reached through a door that can be shut: for a client, the server stops and starts again. */
export interface BreakableProxy extends AsyncDisposable {
  /** The server's URL, by way of this door. */
  readonly url: string;
  /** Every connection breaks, and new ones are refused. */
  cut(): Promise<void>;
  /** Connections stay but nothing comes through: a dead network. */
  stall(): void;
  /** Open again, on the same port. */
  restore(): Promise<void>;
}

const listenOn = async (server: Server, port: number): Promise<number> => {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new Error("not a TCP port");
  return address.port;
};

const portOf = (url: URL): number =>
  url.port === "" ? (url.protocol.startsWith("redis") ? 6379 : 5432) : Number(url.port);

/** Opens such a door before the server of `target`, a URL with host and port. */
export const breakableProxy = async (target: string): Promise<BreakableProxy> => {
  const behind = new URL(target);
  const sockets = new Set<Socket>();
  let stalled = false;

  const keep = (socket: Socket, other: Socket) => {
    sockets.add(socket);
    socket.on("data", (chunk) => {
      if (!stalled) other.write(chunk);
    });
    socket.on("error", () => other.destroy());
    socket.on("close", () => {
      sockets.delete(socket);
      other.destroy();
    });
  };

  const accept = (inside: Socket) => {
    const outside = connect(portOf(behind), behind.hostname);
    keep(inside, outside);
    keep(outside, inside);
  };

  let server = createServer(accept);
  const port = await listenOn(server, 0);
  const front = new URL(target);
  front.hostname = "127.0.0.1";
  front.port = String(port);

  const cut = async () => {
    const closed = server.listening ? once(server, "close") : Promise.resolve();
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };

  return {
    url: front.href,
    cut,
    stall() {
      stalled = true;
    },
    async restore() {
      stalled = false;
      if (server.listening) return;
      server = createServer(accept);
      await listenOn(server, port);
    },
    [Symbol.asyncDispose]: cut,
  };
};
