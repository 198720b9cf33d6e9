import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { emptyDatabase } from "../../packages/database/src/testing/index.ts";
import { readSandboxCredentials } from "../../packages/runtime/src/index.ts";
import { askAdmin, refused, runAdmin, textAt } from "./run-admin.ts";
import {
  eventually,
  postgresPid,
  processesNaming,
  type Program,
  type ProgramOptions,
  runProgram,
  scratchFolder,
} from "./run-program.ts";

setDefaultTimeout(90_000);

const MAIN = "apps/standalone/src/main.ts";

const start = (
  dataDir: string,
  options: ProgramOptions & { readonly command?: string } = {},
): Program =>
  runProgram(MAIN, [options.command ?? "start"], {
    ...options,
    env: { DATA_DIR: dataDir, PORT: "0", HOST: "127.0.0.1", ...options.env },
  });

const urlOf = async (program: Program): Promise<string> =>
  String((await program.logged("service started"))["url"]);

/** The process of the service itself, whoever launched it. */
const servicePid = async (program: Program): Promise<number> =>
  Number((await program.logged("service started"))["pid"]);

/** Nothing of the service is there any more: its PostgreSQL, its watchdog, whatever names its folder. */
const isGone = async (dataDir: string, postgres: number): Promise<boolean> => {
  const left = [
    ...(await processesNaming(dataDir)),
    ...(await processesNaming(`kill -INT "$0" ${postgres}`)),
  ];
  return left.length === 0;
};

/** Becomes the first admin by the token that the service printed; answers their key. */
const becomeAdmin = async (program: Program, dataDir: string): Promise<string> => {
  await eventually("the token is printed", () => program.stderr().includes("cb_claim_"));
  const [token = ""] = /cb_claim_\w+/.exec(program.stderr()) ?? [];
  // what is logged is kept, and read by others
  expect(program.stdout()).not.toContain(token);
  const env = { DATA_DIR: dataDir, XDG_CONFIG_HOME: dataDir };
  const who = ["--name", "ada", "--email", "ada@example.com"];
  const claim = ["staff", "claim", ...who, "--token", token];
  const key = textAt(await askAdmin(env, ...claim, "--no-save"), "key");
  expect(key).toStartWith("cb_live_");
  refused(await runAdmin(env, ...claim), 1, "TOKEN_INVALID");
  return key;
};

const asking = (key: string) => ({ authorization: `Bearer ${key}` });

const createUser = async (url: string, key: string, handle: string): Promise<string> => {
  const answer = await fetch(`${url}/users`, {
    method: "POST",
    headers: { ...asking(key), "content-type": "application/json" },
    body: JSON.stringify({ handle }),
  });
  expect(answer.status).toBe(201);
  const user: unknown = await answer.json();
  return String(Reflect.get(Object(user), "id"));
};

describe("start", () => {
  test("serves, tells where, ends on SIGINT without a trace, and finds its data again", async () => {
    await using folder = await scratchFolder();
    const dataDir = `${folder.path}/data`;
    await using first = start(dataDir);
    const url = await urlOf(first);
    expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ status: "ok" });
    await eventually("ready", async () => (await fetch(`${url}/health/ready`)).status === 200);
    expect((await fetch(`${url}/users`, { method: "POST" })).status).toBe(401);
    const key = await becomeAdmin(first, dataDir);
    const userId = await createUser(url, key, "alice");
    await eventually("the banner", () => first.stderr().includes("Closebell is running."));
    expect(first.stderr()).toContain(`${url}/docs`);
    expect(first.stderr()).toContain("SIMULATED");
    const postgres = await postgresPid(dataDir);
    first.kill("SIGINT");
    expect(await first.exited).toBe(0);
    await eventually("nothing left", () => isGone(dataDir, postgres));

    await using second = start(dataDir);
    const again = await fetch(`${await urlOf(second)}/users/${userId}`, { headers: asking(key) });
    expect(again.status).toBe(200);
    await eventually("the banner", () => second.stderr().includes("Ctrl-C"));
    // there is an admin now
    expect(second.stderr()).not.toContain("cb_claim_");
    second.kill("SIGTERM");
    expect(await second.exited).toBe(0);
  });

  test("killed with -9 takes its PostgreSQL along, and starts again", async () => {
    await using folder = await scratchFolder();
    const dataDir = `${folder.path}/data`;
    await using first = start(dataDir);
    const answered = await urlOf(first);
    const key = await becomeAdmin(first, dataDir);
    const userId = await createUser(answered, key, "bob");
    const postgres = await postgresPid(dataDir);
    first.kill("SIGKILL");
    await first.exited;
    // at once, while the old one may still be going down
    await using second = start(dataDir);
    const url = await urlOf(second);
    const found = await fetch(`${url}/users/${userId}`, { headers: asking(key) });
    expect(found.status).toBe(200);
    const next = await postgresPid(dataDir);
    expect(next).not.toBe(postgres);
    second.kill("SIGKILL");
    await second.exited;
    await eventually("nothing left", () => isGone(dataDir, next));
  });

  test("stops when the npx that launched it is killed alone", async () => {
    await using folder = await scratchFolder();
    const dataDir = `${folder.path}/data`;
    await using launcher = start(dataDir, { launcher: "npx" });
    const service = await servicePid(launcher);
    expect(service).not.toBe(launcher.pid);
    const postgres = await postgresPid(dataDir);
    launcher.kill("SIGKILL");
    await eventually("nothing left", () => isGone(dataDir, postgres));
    await eventually("the service gone", async () => {
      try {
        process.kill(service, 0);
        return false;
      } catch {
        return true;
      }
    });
  });
});

/** The program ended with 1, having said on stderr this, in as many lines as expected. */
const refuses = async (program: Program, said: RegExp, lines = 1): Promise<void> => {
  const code = await program.exited;
  const text = program.stderr().trim();
  expect({ code, text }).toEqual({ code: 1, text: expect.stringMatching(said) });
  expect(text.split("\n")).toHaveLength(lines);
};

describe("what is in the way is told in one line", () => {
  test("an instance that runs on the folder already, and a port that is taken", async () => {
    await using folder = await scratchFolder();
    const dataDir = `${folder.path}/data`;
    await using first = start(dataDir);
    const { port } = new URL(await urlOf(first));

    await using second = start(dataDir);
    await refuses(second, new RegExp(`Another instance \\(port ${port}, process ${first.pid}\\)`));

    const otherDir = `${folder.path}/other`;
    await using third = start(otherDir, { env: { PORT: port } });
    await refuses(third, new RegExp(`^Port ${port} is taken .* set PORT`));
    expect(await processesNaming(otherDir)).toEqual([]);
    first.kill("SIGINT");
    await first.exited;
  });

  test("a database that can't be reached", async () => {
    await using program = start("/nowhere", {
      env: { DATABASE_URL: "postgres://u:hunter2@127.0.0.1:1/closebell" },
    });
    await refuses(program, /^PostgreSQL at 127\.0\.0\.1:1\/closebell can't be used\. Start it/);
    expect(program.stdout() + program.stderr()).not.toContain("hunter2");
  });

  test("a data folder that can't be written", async () => {
    await using program = start("/proc/closebell");
    await refuses(program, /^\/proc\/closebell can't be written/);
  });

  test("variables that are wrong, a line each", async () => {
    await using program = start("/nowhere", { env: { PORT: "http", FEE_BPS: "ten" } });
    await refuses(program, /^PORT must be .*\nFEE_BPS must be /, 2);
  });

  test("a migration that is missing, for a process that brings none", async () => {
    await using folder = await scratchFolder();
    await using api = runProgram("apps/api/src/main.ts", [], { env: { DATA_DIR: folder.path } });
    await refuses(api, /^There is no database\. Set DATABASE_URL, or run `bun run start`/);
  });
});

test("sandbox: its own folder, a clock that stands until it is moved, and a round that settles", async () => {
  await using folder = await scratchFolder();
  await using program = start(folder.path, { command: "sandbox" });
  const url = await urlOf(program);
  const read = async (path: string): Promise<unknown> => (await fetch(`${url}${path}`)).json();
  const before: unknown = await read("/clock");
  expect(before).toMatchObject({ sandbox: true });
  await eventually("the banner", () => program.stderr().includes("runs as a sandbox"));
  const credentials = await readSandboxCredentials(`${folder.path}/sandbox`);
  const key = credentials?.OPERATOR_KEY ?? "";
  for (const secret of Object.values(credentials ?? {})) {
    expect(program.stderr()).toContain(secret);
    expect(program.stdout()).not.toContain(secret);
  }
  let open: unknown = null;
  await eventually("a round is open", async () => {
    open = Reflect.get(Object(await read("/rounds/current")), "open");
    return open !== null;
  });
  const code = String(Reflect.get(Object(open), "code"));
  const settlesFrom = String(Reflect.get(Object(open), "settlesFrom"));
  const moved = await fetch(`${url}/simulate/clock`, {
    method: "POST",
    headers: { ...asking(key), "content-type": "application/json" },
    body: JSON.stringify({ to: settlesFrom }),
  });
  expect(moved.status).toBe(200);
  await eventually("the round settled", async () => {
    const round: unknown = await read(`/rounds/${code}`);
    return Reflect.get(Object(round), "state") === "SETTLED";
  });
  const postgres = await postgresPid(`${folder.path}/sandbox`);
  program.kill("SIGINT");
  expect(await program.exited).toBe(0);
  await eventually("nothing left", () => isGone(folder.path, postgres));
});

describe("production", () => {
  const production = { NODE_ENV: "production" };

  test("takes no sandbox, no secret of one, and no key of one", async () => {
    await using folder = await scratchFolder();
    const dataDir = folder.path;
    await refuses(
      start(dataDir, { command: "sandbox", env: production }),
      /^NODE_ENV is production, .* Unset NODE_ENV to play; for real, `bun run start`/,
    );
    // nothing was begun
    expect(await readdir(dataDir)).toEqual([]);
    const secret = { AUTH_SECRET: `sandbox-${"s".repeat(43)}` };
    await refuses(start(dataDir, { env: { ...production, ...secret } }), /^AUTH_SECRET must be/);
    const key = { CLOSEBELL_API_KEY: `cb_test_${"0".repeat(22)}_${"x".repeat(43)}` };
    await refuses(
      start(dataDir, { env: { ...production, ...key } }),
      /^CLOSEBELL_API_KEY must not/,
    );
  });

  test("needs a secret of its own beside a server", async () => {
    await using database = await emptyDatabase();
    const env = { ...production, DATABASE_URL: database.url, AUTH_SECRET: "" };
    await refuses(start("/nowhere", { env }), /^AUTH_SECRET must be set beside DATABASE_URL/);
  });
});

describe("demo", () => {
  test("plays a round to its end with books that balance, and leaves nothing behind", async () => {
    await using program = runProgram(MAIN, ["demo"]);
    expect({ code: await program.exited, stderr: program.stderr() }).toEqual({
      code: 0,
      stderr: "",
    });
    const said = program.stdout();
    expect(said.match(/sum 0 ✓/g)).toHaveLength(6);
    expect(said).toContain("all is well");
    expect(said).not.toContain("✗");
    expect(await processesNaming("closebell-demo-")).toEqual([]);
  });

  test("a command that isn't one ends with 2 and how to use it", async () => {
    await using program = runProgram(MAIN, ["dmeo"]);
    expect(await program.exited).toBe(2);
    expect(program.stderr()).toStartWith("Usage:");
  });
});
