import { spawn } from "node:child_process";
import { connect as connectSocket } from "node:net";
import { freePort } from "../embedded/free-port.ts";

/** A Redis of a test's own, which keeps nothing on disk. */
export interface ScratchRedis extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
}

const answers = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = connectSocket({ host: "127.0.0.1", port });
    socket.once("connect", () => {
      socket.destroy();
      done(true);
    });
    socket.once("error", () => done(false));
  });

/** True where a redis-server is installed. */
export const hasRedis = (): boolean => Bun.which("redis-server") !== null;

/**
 * Starts a redis-server, on `port` or any free one; ends with this process if it isn't disposed before. To bring one back
 * after it was gone, dispose it and start another on the same port.
 */
export const scratchRedis = async (asked?: number): Promise<ScratchRedis> => {
  const port = asked ?? (await freePort());
  const server = `redis-server --port ${port} --bind 127.0.0.1 --save "" --appendonly no --daemonize no`;
  const shell = spawn("/bin/sh", ["-c", `${server} & read -r _; kill -9 $!; wait`], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  const gone = new Promise<void>((resolve) => shell.once("exit", () => resolve()));
  const stop = async (): Promise<void> => {
    shell.stdin.end();
    await gone;
  };
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (await answers(port)) {
      return { url: `redis://127.0.0.1:${port}`, port, [Symbol.asyncDispose]: stop };
    }
    await Bun.sleep(20);
  }
  await stop();
  throw new Error(`redis-server did not start on port ${port}`);
};
