import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { setWatchdog } from "@closebell/database/embedded";
import { http, numberToHex } from "viem";
import { z } from "zod";

/** How blocks come: only when told, with each transaction, or every so many seconds. */
export type Mining = "by-hand" | "at-once" | { readonly everySeconds: number };

export interface AnvilOptions {
  /** Default: any free one. */
  readonly port?: number;
  /** Default 31337. */
  readonly chainId?: number;
  /** Default "by-hand". */
  readonly mining?: Mining;
  /** A file in which the chain outlives the process. Default: it is forgotten. */
  readonly stateFile?: string;
  /** A block is final once twice as many are on top of it. Default 2. */
  readonly slotsInAnEpoch?: number;
}

/** A development chain of one's own, on the loopback interface; gone with the process that started it. */
export interface Anvil extends AsyncDisposable {
  readonly url: string;
  readonly chainId: number;
  /** An account with 10,000 ether that the node signs for. */
  readonly owner: `0x${string}`;
  request(method: string, params?: readonly unknown[]): Promise<unknown>;
  /** Mines what waits, in `blocks` blocks. */
  mine(blocks?: number): Promise<void>;
  /** Mines what waits, and as many blocks as make it final. */
  finalize(): Promise<void>;
  /** The newest `depth` blocks vanish with their transactions; as many empty ones take their place. */
  reorg(depth: number): Promise<void>;
  /** Native coin of an address, in wei. */
  setBalance(address: string, wei: bigint): Promise<void>;
  stop(): Promise<void>;
}

const LISTENING = /Listening on 127\.0\.0\.1:(\d+)/;
const STARTS_WITHIN_MS = 30_000;

const PLATFORMS: Readonly<Record<string, string>> = {
  win32: "win32",
  darwin: "darwin",
  linux: "linux",
};
const PROCESSORS: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/** The node's program, as the platform's package brings it. */
const anvilBinary = (): string => {
  const platform = `${PLATFORMS[process.platform] ?? process.platform}-${PROCESSORS[process.arch] ?? process.arch}`;
  const wrapper = createRequire(import.meta.resolve("@foundry-rs/anvil/package.json"));
  const suffix = process.platform === "win32" ? ".exe" : "";
  try {
    return wrapper.resolve(`@foundry-rs/anvil-${platform}/bin/anvil${suffix}`);
  } catch {
    throw new Error(`There is no anvil for ${platform}: install its packages with bun install.`);
  }
};

const miningFlags = (mining: Mining): readonly string[] => {
  if (mining === "at-once") return [];
  if (mining === "by-hand") return ["--no-mining"];
  return ["--block-time", String(mining.everySeconds)];
};

/** The port it listens on, read from what it says; whatever it says afterwards is dropped. */
const portOf = async (child: ChildProcess): Promise<number> => {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let said = "";
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    if (said.length < 65_536) said += chunk;
    const port = LISTENING.exec(said)?.[1];
    if (port !== undefined) resolve(Number(port));
  });
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    said += chunk;
  });
  child.once("error", reject);
  child.once("exit", (code) => reject(new Error(`anvil ended with ${code}: ${said.slice(-500)}`)));
  const late = () => reject(new Error(`anvil did not listen within ${STARTS_WITHIN_MS} ms.`));
  const timer = setTimeout(late, STARTS_WITHIN_MS);
  return await promise.finally(() => clearTimeout(timer));
};

const stopChild = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  // with a state file it writes the state down before it goes
  child.kill("SIGINT");
  const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await ended.finally(() => clearTimeout(timer));
};

/** Starts one. Rejects where the platform has no anvil, or the port is taken. */
export const startAnvil = async (options: AnvilOptions = {}): Promise<Anvil> => {
  const { port = 0, chainId = 31_337, mining = "by-hand", slotsInAnEpoch = 2, stateFile } = options;
  const flags = ["--port", port, "--chain-id", chainId, "--slots-in-an-epoch", slotsInAnEpoch];
  const child = spawn(
    anvilBinary(),
    [
      ...flags.map(String),
      ...miningFlags(mining),
      ...(stateFile === undefined ? [] : ["--state", stateFile]),
    ],
    { stdio: ["ignore", "pipe", "pipe"], env: {} },
  );
  const watchdog = setWatchdog(child.pid ?? 0, undefined);
  const stop = async () => {
    await stopChild(child);
    watchdog.dismiss();
  };
  try {
    return await anvilAt(`http://127.0.0.1:${await portOf(child)}`, {
      chainId,
      slotsInAnEpoch,
      stop,
    });
  } catch (error) {
    await stop();
    throw error;
  }
};

const anvilAt = async (
  url: string,
  node: {
    readonly chainId: number;
    readonly slotsInAnEpoch: number;
    readonly stop: () => Promise<void>;
  },
): Promise<Anvil> => {
  const transport = http(url, { retryCount: 0, timeout: 30_000 })({});
  const request = async (method: string, params: readonly unknown[] = []): Promise<unknown> =>
    await transport.request({ method, params });
  const [owner] = z
    .tuple([z.templateLiteral(["0x", z.string()])])
    .rest(z.string())
    .parse(await request("eth_accounts"));
  const mine = async (blocks = 1) => {
    await request("anvil_mine", [numberToHex(blocks)]);
  };
  return {
    url,
    chainId: node.chainId,
    owner,
    request,
    mine,
    finalize: () => mine(2 * node.slotsInAnEpoch + 1),
    async reorg(depth) {
      await request("anvil_reorg", [depth, []]);
    },
    async setBalance(address, wei) {
      await request("anvil_setBalance", [address, numberToHex(wei)]);
    },
    stop: node.stop,
    [Symbol.asyncDispose]: node.stop,
  };
};
