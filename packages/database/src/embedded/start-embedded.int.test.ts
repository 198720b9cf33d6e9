import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "../connect.ts";
import { migrate } from "../migrate.ts";
import { migrations } from "../migrations.ts";
import { errorOf } from "../testing/index.ts";
import { attachEmbedded } from "./attach-embedded.ts";
import { freePort } from "./free-port.ts";
import { runningPostmaster } from "./postmaster.ts";
import { type EmbeddedServer, startEmbedded } from "./start-embedded.ts";

// A start is a real initdb: give a loaded machine time.
const TIMEOUT = 60_000;
const FAST = { fsync: "off", shared_buffers: "16MB" };

let parent: string;
let dataDir: string;
const clusterDir = (): string => join(dataDir, "postgres");

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "closebell-embedded-"));
  await Bun.$`chmod 755 ${parent}`;
  dataDir = join(parent, "data");
});
afterEach(async () => {
  const left = await runningPostmaster(clusterDir());
  if (left !== undefined) process.kill(left, "SIGQUIT");
  await rm(parent, { recursive: true, force: true });
});

const start = (options: { port?: number } = {}): Promise<EmbeddedServer> =>
  startEmbedded({ dataDir, settings: FAST, ...options });

/** Another process that serves `dataDir` until it is killed. */
const startElsewhere = async () => {
  const module = JSON.stringify(join(import.meta.dir, "start-embedded.ts"));
  const options = JSON.stringify({ dataDir, settings: FAST });
  const script = `import { startEmbedded } from ${module};
    const server = await startEmbedded(${options});
    await server.announce(8000);
    console.log(server.port);
    setInterval(() => undefined, 1000);`;
  const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "inherit" });
  const { value } = await child.stdout.getReader().read();
  return { child, port: Number(new TextDecoder().decode(value)) };
};

const answers = async (url: string): Promise<string> => {
  const sql = connect({ url, max: 1, parameters: {} });
  try {
    const [row] = await sql<
      { version: string }[]
    >`select current_setting('server_version') as version`;
    return row?.version ?? "";
  } finally {
    await sql.end({ timeout: 1 });
  }
};

const eventually = async (is: () => boolean | Promise<boolean>): Promise<void> => {
  const end = performance.now() + 30_000;
  while (!(await is())) {
    if (performance.now() > end) throw new Error("it did not come to that within 30 s");
    await Bun.sleep(20);
  }
};

const listenOn = (port: number): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });

describe("start and stop", () => {
  test(
    "keep the data, the port and the password from one run to the next",
    async () => {
      const first = await start();
      expect(await answers(first.url)).toStartWith("18.");
      await migrate({ url: first.url, sets: [migrations] });
      await first.stop();
      await first.stop();
      expect(await runningPostmaster(clusterDir())).toBeUndefined();
      expect(await errorOf(answers(first.url))).toBeInstanceOf(Error);
      const second = await start();
      expect(second.url).toBe(first.url);
      expect((await migrate({ url: second.url, sets: [migrations] })).applied).toEqual([]);
      await second.stop();
    },
    TIMEOUT,
  );

  test(
    "leave word for whoever may read it, and only while running",
    async () => {
      expect(await attachEmbedded(dataDir)).toBeUndefined();
      const server = await start();
      await server.announce(8123);
      expect(await attachEmbedded(dataDir)).toEqual({
        url: server.url,
        pid: process.pid,
        apiPort: 8123,
      });
      const { mode } = await stat(join(dataDir, "embedded.json"));
      expect(mode & 0o777).toBe(0o600);
      await server.stop();
      expect(await attachEmbedded(dataDir)).toBeUndefined();
    },
    TIMEOUT,
  );

  test(
    "refuse anyone without the password",
    async () => {
      const server = await start();
      const url = new URL(server.url);
      expect(url.password).toMatch(/^[0-9a-f]{48}$/);
      url.password = "postgres";
      expect(await errorOf(answers(url.href))).toMatchObject({ code: "28P01" });
      await server.stop();
    },
    TIMEOUT,
  );

  test(
    "give a new password to a folder that lost its own",
    async () => {
      const first = await start();
      await first.stop();
      await rm(join(dataDir, "embedded.json"));
      const second = await start();
      expect(second.url).not.toBe(first.url);
      expect(await answers(second.url)).toStartWith("18.");
      await second.stop();
    },
    TIMEOUT,
  );
});

describe("a second instance", () => {
  test(
    "is told in one line who is running, and does the first no harm",
    async () => {
      const { child } = await startElsewhere();
      const error = await errorOf(start());
      expect(error).toMatchObject({
        code: "DATABASE_UNAVAILABLE",
        message: `Another instance (port 8000, process ${child.pid}) is running on ${dataDir}. Stop it, or set DATA_DIR to another folder.`,
      });
      const running = await attachEmbedded(dataDir);
      expect(await answers(running?.url ?? "")).toStartWith("18.");
      child.kill("SIGKILL");
      await child.exited;
    },
    TIMEOUT,
  );

  test(
    "started at the same moment on a new folder: one runs, the others are told",
    async () => {
      const attempts = await Promise.allSettled([start(), start(), start()]);
      const running = attempts.filter((attempt) => attempt.status === "fulfilled");
      const refused = attempts.filter((attempt) => attempt.status === "rejected");
      expect(running).toHaveLength(1);
      for (const { reason } of refused) expect(String(reason)).toContain("Another instance");
      for (const { value } of running) await value.stop();
    },
    TIMEOUT,
  );
});

describe("after kill -9", () => {
  test(
    "of the instance, its PostgreSQL stops by itself, and a start right after finds the data",
    async () => {
      const { child } = await startElsewhere();
      const before = await runningPostmaster(clusterDir());
      expect(before).toBeNumber();
      child.kill("SIGKILL");
      await child.exited;
      await eventually(async () => (await runningPostmaster(clusterDir())) === undefined);
      const server = await start();
      expect(await answers(server.url)).toStartWith("18.");
      await server.stop();
    },
    TIMEOUT,
  );

  test(
    "of the instance, a start in the same instant takes over",
    async () => {
      const { child } = await startElsewhere();
      child.kill("SIGKILL");
      await child.exited;
      const server = await start();
      expect(await answers(server.url)).toStartWith("18.");
      await Bun.sleep(500);
      expect(await answers(server.url)).toStartWith("18.");
      await server.stop();
    },
    TIMEOUT,
  );

  test(
    "of the instance and its watchdog, the orphaned PostgreSQL is stopped and started anew",
    async () => {
      const { child } = await startElsewhere();
      const orphan = await runningPostmaster(clusterDir());
      await Bun.$`pkill -9 -P ${child.pid}`.quiet();
      child.kill("SIGKILL");
      await child.exited;
      await Bun.sleep(300);
      expect(await runningPostmaster(clusterDir())).toBe(orphan);
      const warnings: string[] = [];
      const log = {
        debug: () => undefined,
        info: () => undefined,
        warn: (_fields: object, message: string) => void warnings.push(message),
        error: () => undefined,
      };
      const server = await startEmbedded({ dataDir, settings: FAST, log });
      expect(warnings).toHaveLength(1);
      expect(await runningPostmaster(clusterDir())).not.toBe(orphan);
      expect(await answers(server.url)).toStartWith("18.");
      await server.stop();
    },
    TIMEOUT,
  );

  test(
    "of everything, the stale pid file is in nobody's way, even when its number lives again",
    async () => {
      const { child } = await startElsewhere();
      const postmaster = await runningPostmaster(clusterDir());
      await Bun.$`pkill -9 -P ${child.pid}`.quiet();
      child.kill("SIGKILL");
      process.kill(postmaster ?? 0, "SIGKILL");
      await child.exited;
      const pidFile = join(clusterDir(), "postmaster.pid");
      expect(existsSync(pidFile)).toBe(true);
      const lines = (await readFile(pidFile, "utf8")).split("\n");
      await writeFile(pidFile, [String(process.pid), ...lines.slice(1)].join("\n"));
      const server = await start();
      expect(await answers(server.url)).toStartWith("18.");
      await server.stop();
    },
    TIMEOUT,
  );

  test(
    "in the middle of making the folder, the next start makes it again",
    async () => {
      const first = await start();
      await first.stop();
      await Bun.$`mv ${clusterDir()} ${clusterDir()}.new && rm ${clusterDir()}.new/global/pg_control`;
      const server = await start();
      expect(await answers(server.url)).toStartWith("18.");
      await server.stop();
    },
    TIMEOUT,
  );
});

describe("ports", () => {
  test(
    "taken by another program: the one asked for is an error in one line, any other is replaced",
    async () => {
      const first = await start();
      await first.stop();
      const foreign = await listenOn(first.port);
      expect(await errorOf(start({ port: first.port }))).toMatchObject({
        code: "DATABASE_UNAVAILABLE",
        message: `Port ${first.port}, asked for PostgreSQL, is taken by another program. Choose another, or none.`,
      });
      const second = await start();
      expect(second.port).not.toBe(first.port);
      expect(await answers(second.url)).toStartWith("18.");
      await second.stop();
      foreign.close();
    },
    TIMEOUT,
  );

  test(
    "asked for and free are used",
    async () => {
      const port = await freePort();
      const server = await start({ port });
      expect(server.port).toBe(port);
      await server.stop();
    },
    TIMEOUT,
  );
});

describe("what can't work is said in one message", () => {
  test(
    "a folder made by another version of PostgreSQL",
    async () => {
      const server = await start();
      await server.stop();
      await writeFile(join(clusterDir(), "PG_VERSION"), "12\n");
      expect(await errorOf(start())).toMatchObject({
        code: "DATABASE_UNAVAILABLE",
        message: expect.stringContaining("was made by PostgreSQL 12, this is 18"),
      });
    },
    TIMEOUT,
  );

  test(
    "a server that refuses to start, with the end of its log",
    async () => {
      const attempt = startEmbedded({ dataDir, settings: { shared_buffers: "nonsense" } });
      expect(String(await errorOf(attempt))).toContain(
        'invalid value for parameter "shared_buffers"',
      );
    },
    TIMEOUT,
  );

  test("a folder that is a file", async () => {
    await writeFile(dataDir, "");
    expect(String(await errorOf(start()))).toContain(`${dataDir} can't be written by this user`);
  });
});

test(
  "databases of one new cluster may be migrated at once, though the roles are everybody's",
  async () => {
    const server = await start();
    const sql = connect({ url: server.url, max: 1, parameters: {} });
    const names = ["one", "two", "three", "four"];
    for (const name of names) await sql.unsafe(`create database ${name}`);
    const runs = names.map((name) =>
      migrate({ url: server.url.replace(/postgres$/, name), sets: [migrations] }),
    );
    for (const { applied } of await Promise.all(runs)) expect(applied[0]).toStartWith("database/");
    await sql.end();
    await server.stop();
  },
  TIMEOUT,
);
