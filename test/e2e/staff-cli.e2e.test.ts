import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFile, stat } from "node:fs/promises";
import { DOORS, doorOf } from "../../apps/admin/src/doors.ts";
import { silentLogger } from "../../packages/context/src/testing.ts";
import { openDatabase } from "../../packages/database/src/index.ts";
import { emptyDatabase } from "../../packages/database/src/testing/index.ts";
import { deliverMail, permissionsOf } from "../../packages/identity/src/index.ts";
import { memoryMailer } from "../../packages/identity/src/testing/index.ts";
import { askAdminHere as askAdmin, runAdminHere as runAdmin } from "./run-admin-here.ts";
import { at, refused, runAdmin as runProcess, textAt } from "./run-admin.ts";
import { scratchFolder } from "./run-program.ts";

setDefaultTimeout(180_000);

const WHY = ["--reason", "case 7"] as const;
const UNKNOWN = "01900000-0000-7000-8000-000000000009";

const SECRET = "0123456789abcdef".repeat(4);
const NO_SITE = { domain: "", uri: "", chainIds: [] };

type Environment = Readonly<Record<string, string>>;

/** What commands need on their command line before anybody asks who runs them. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  "open-round": ["--code", "20261123"],
  "lock-round": ["--code", "20261123"],
  "settle-round": ["--code", "20261123", "--result", "VOID"],
  pause: ["--code", "20261123"],
  resume: ["--code", "20261123"],
  hold: ["--code", "20261123"],
  release: ["--code", "20261123"],
  "oracle recheck": ["--code", "20261123"],
  "calendar cancel": ["--date", "2026-12-01"],
  "calendar close-at": ["--date", "2026-12-01", "--time", "13:00"],
  protection: ["--user", UNKNOWN],
  block: ["--user", UNKNOWN],
  unblock: ["--user", UNKNOWN],
  return: ["--user", UNKNOWN],
  seed: ["--users", "1"],
  bet: ["--user", UNKNOWN, "--side", "UP", "--amount", "1"],
  deposit: ["--user", UNKNOWN, "--amount", "1"],
  withdraw: ["--user", UNKNOWN, "--amount", "1"],
  "chain deposits release": ["--id", UNKNOWN],
  "chain draw": ["--tx", `0x${"0".repeat(64)}`, "--from", "fees"],
  "chain withdrawals approve": ["--id", UNKNOWN],
  "chain withdrawals reject": ["--id", UNKNOWN],
  "chain withdrawals retry": ["--id", UNKNOWN],
  "chain withdrawals refund": ["--id", UNKNOWN],
  correct: ["--transfer", `deposit/${UNKNOWN}`, "--period", "202611", "--amount", "1"],
  "approvals approve": [UNKNOWN],
  "approvals reject": [UNKNOWN],
  "staff add": ["x", "--roles", "admin", "--email", "x@example.com"],
  "staff invite": ["x"],
  "staff grant": ["x", "--role", "admin"],
  "staff revoke": ["x", "--role", "admin"],
  "staff reset-second-factor": ["x"],
  "api-keys revoke": [UNKNOWN],
  "clock set": ["2030-01-01T00:00:00Z"],
  "clock advance": ["1h"],
};

describe("who works here, from the command line, on real time", () => {
  let database: Awaited<ReturnType<typeof emptyDatabase>>;
  let folder: Awaited<ReturnType<typeof scratchFolder>>;
  let nobody: Environment = {};
  let admin: Environment = {};

  /** The one-time token that somebody was mailed last. */
  const mailedTo = async (email: string): Promise<string> => {
    const mailer = memoryMailer();
    const opened = openDatabase({ url: database.url, role: "application", max: 1 });
    const auth = { secret: SECRET, issuer: "", audience: "", site: NO_SITE };
    await deliverMail({ database: opened, log: silentLogger, auth, mailer });
    await opened.close();
    const letters = mailer.sent.filter(({ to }) => to === email).map(({ text }) => text);
    return (
      letters
        .join("\n")
        .match(/cb_claim_\w+/g)
        ?.at(-1) ?? "no token"
    );
  };

  /** Hires somebody; answers the environment they work in. */
  const hire = async (name: string, roles: string): Promise<Environment> => {
    const email = `${name}@example.com`;
    const add = ["staff", "add", name, "--roles", roles, "--email", email, ...WHY];
    const added = await runAdmin(admin, ...add);
    expect([added.code, added.stdout]).toEqual([0, expect.stringContaining(email)]);
    const token = await mailedTo(email);
    expect(added.stdout + added.stderr).not.toContain(token);
    const claimed = await askAdmin(nobody, "staff", "claim", "--token", token, "--no-save");
    return { ...nobody, CLOSEBELL_API_KEY: textAt(claimed, "key") };
  };

  beforeAll(async () => {
    database = await emptyDatabase();
    folder = await scratchFolder();
    nobody = { DATABASE_URL: database.url, XDG_CONFIG_HOME: folder.path, AUTH_SECRET: SECRET };
    await askAdmin(nobody, "migrate");
    const { stdout } = await runAdmin(nobody, "staff", "first-admin", "--json");
    const token = textAt(JSON.parse(stdout), "token");
    const who = ["--name", "ada", "--email", "ada@example.com"];
    const claim = ["staff", "claim", "--token", token, ...who, "--no-save"];
    const claimed = await askAdmin(nobody, ...claim);
    admin = { ...nobody, CLOSEBELL_API_KEY: textAt(claimed, "key") };
  });

  afterAll(async () => {
    await database[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  test("without a key, or with one that does not count, nothing runs", async () => {
    refused(await runAdmin(nobody, "tvl"), 1, "UNAUTHENTICATED: Say who you are");
    const forged = `cb_live_${"0".repeat(22)}_${"x".repeat(43)}`;
    const unknown = await runAdmin({ ...nobody, CLOSEBELL_API_KEY: forged }, "tvl");
    refused(unknown, 1, "UNAUTHENTICATED");
    expect(unknown.stderr).not.toContain(forged);
    const broken = await runAdmin({ ...nobody, CLOSEBELL_API_KEY: "cb_live_x" }, "tvl");
    refused(broken, 2, "CLOSEBELL_API_KEY must be");
    refused(await runAdmin(nobody, "staff", "first-admin"), 1, "There is an admin already");
    for (const flag of ["--actor", "--as", "--operator", "--by"]) {
      refused(await runAdmin(admin, "users", flag, "bob"), 2, "unknown option");
    }
  });

  test("a key is kept by login, for its owner's eyes only, and used for this service alone", async () => {
    const key = admin["CLOSEBELL_API_KEY"] ?? "";
    const home = `${folder.path}/ada`;
    const ada = { ...nobody, XDG_CONFIG_HOME: home };
    const login = await runAdmin({ ...ada, CLOSEBELL_API_KEY: key }, "login", "--json");
    expect(login.stdout + login.stderr).not.toContain(key);
    const file = textAt(JSON.parse(login.stdout), "keptIn");
    expect(file).toBe(`${home}/closebell/keys.json`);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, "utf8")).toContain(key);
    expect(await askAdmin(ada, "whoami")).toMatchObject({ name: "ada", roles: ["admin"] });
    await using other = await emptyDatabase();
    const elsewhere = { ...ada, DATABASE_URL: other.url };
    await askAdmin(elsewhere, "migrate");
    refused(await runAdmin(elsewhere, "whoami"), 1, "UNAUTHENTICATED: Say who you are");
    const afresh = { ...nobody, XDG_CONFIG_HOME: `${folder.path}/afresh` };
    refused(await runAdmin(afresh, "whoami"), 1, "Say who you are");
    // as a process that reads what is piped to it
    const piped = Bun.spawn([process.execPath, "apps/admin/src/main.ts", "login"], {
      cwd: `${import.meta.dir}/../..`,
      env: { PATH: process.env["PATH"] ?? "", HOME: "/", ...afresh },
      stdin: new Blob([`${key}\n`]),
    });
    expect(await piped.exited).toBe(0);
    expect(await runProcess(afresh, "whoami")).toMatchObject({ code: 0 });
  });

  test("each role runs what the table says, and nothing else", async () => {
    /** What was done besides hiring. */
    const others = async (): Promise<readonly unknown[]> => {
      const log = at(await askAdmin(admin, "audit", "log", "--limit", "500"), "items");
      const items: readonly unknown[] = Array.isArray(log) ? log : [];
      return items.filter((item) => !/^(staff|api-key)\./.test(textAt(item, "action")));
    };
    const before = await others();
    for (const role of ["support", "operator", "treasurer", "admin"] as const) {
      const env = role === "admin" ? admin : await hire(`one-${role}`, role);
      const may = permissionsOf([role]);
      const asks = Object.keys(DOORS).filter((command) => doorOf(command)?.needs !== undefined);
      for (const command of asks) {
        const needed = doorOf(command)?.needs ?? "own:read";
        if (may.has(needed)) continue;
        const run = await runAdmin(
          env,
          ...command.split(" "),
          ...(ARGUMENTS[command] ?? []),
          ...WHY,
        );
        refused(run, 1, "FORBIDDEN");
        expect(run.stderr).toContain(`needs ${needed}`);
      }
    }
    expect(await others()).toEqual(before);
  });

  test("what changes something wants a reason, and says who and why on record", async () => {
    const add = ["staff", "add", "eve", "--roles", "support", "--email", "eve@example.com"];
    refused(await runAdmin(admin, ...add), 2, "--reason");
    refused(await runAdmin(admin, ...add, "--reason", " "), 2, "Say why");
    refused(await runAdmin(admin, ...add.slice(0, -2), ...WHY), 2, "--email");
    const secretless = { ...admin, AUTH_SECRET: "" };
    refused(await runAdmin(secretless, ...add, ...WHY), 2, "AUTH_SECRET must be set");
    const eve = await hire("eve", "support,treasurer");
    expect(at(await askAdmin(eve, "whoami"), "roles")).toEqual(["support", "treasurer"]);
    const revoke = ["staff", "revoke", "eve", "--role", "treasurer", ...WHY];
    expect(await askAdmin(admin, ...revoke)).toMatchObject({ roles: ["support"] });
    expect(at(await askAdmin(eve, "whoami"), "roles")).toEqual(["support"]);
    expect(at(await askAdmin(admin, "audit", "log"), "items", 0)).toMatchObject({
      actorName: "ada",
      action: "staff.revoke",
      subject: "eve",
      reason: "case 7",
    });
    const own = ["staff", "grant", "ada", "--role", "operator", ...WHY];
    refused(await runAdmin(admin, ...own), 1, "Nobody changes their own roles");
    refused(await runAdmin(admin, "staff", "grant", "eve", "--role", "boss"), 2, "Allowed choices");
    const player = ["staff", "add", "x", "--roles", "player", "--email", "x@example.com"];
    refused(await runAdmin(admin, ...player), 2, "Name some of");
    const reset = ["staff", "reset-second-factor"];
    expect(await askAdmin(admin, ...reset, "eve")).toMatchObject({ secondFactor: null });
    refused(await runAdmin(admin, ...reset, "ada", ...WHY), 1, "FORBIDDEN");
    const invited = await runAdmin(admin, "staff", "invite", "eve", ...WHY);
    const token = await mailedTo("eve@example.com");
    expect(invited.stdout).toContain("eve@example.com");
    expect(invited.stdout + invited.stderr).not.toContain(token);
    const home = { ...nobody, XDG_CONFIG_HOME: `${folder.path}/eve` };
    expect(await askAdmin(home, "staff", "claim", "--token", token)).toMatchObject({});
    // it was kept
    expect(await askAdmin(home, "whoami")).toMatchObject({ name: "eve" });
    refused(await runAdmin(nobody, "staff", "claim", "--token", token), 1, "TOKEN_INVALID");
    refused(await runAdmin(nobody, "staff", "claim"), 2, "Say which token");
  });

  test("keys are listed without their text, and end for good once revoked", async () => {
    const rob = await hire("rob", "operator");
    const key = rob["CLOSEBELL_API_KEY"] ?? "";
    const listed = await runAdmin(admin, "api-keys", "list", "--of", "rob");
    expect(listed.stdout).toContain("claimed by rob");
    expect(listed.stdout).not.toContain(key);
    const own = textAt(await askAdmin(rob, "whoami"), "apiKeyId");
    expect(textAt(await askAdmin(admin, "api-keys", "revoke", own), "revokedAt")).not.toBe("");
    refused(await runAdmin(rob, "rounds"), 1, "UNAUTHENTICATED");
    refused(await runAdmin(admin, "api-keys", "revoke", UNKNOWN, ...WHY), 1, "API_KEY_NOT_FOUND");
    const another = ["api-keys", "create", "--of", "rob", "--name", "x", ...WHY];
    refused(await runAdmin(admin, ...another), 2, "unknown");
  });

  test("what takes two is done by two, each of whom could do it", async () => {
    const [ann, bob, sue] = [
      await hire("ann", "operator"),
      await hire("bob", "operator"),
      await hire("sue", "treasurer"),
    ];
    await askAdmin(ann, "advance");
    const code = textAt(await askAdmin(ann, "rounds", "--state", "OPEN"), "items", 0, "code");
    const lock = ["lock-round", "--code", code, "--reason", "leak of the close"];
    const asked = await runAdmin(ann, ...lock, "--json");
    const id = textAt(JSON.parse(asked.stderr), "error", "approvalId");
    expect(at(await askAdmin(ann, "rounds", "--code", code), "state")).toBe("OPEN");
    const open = await runAdmin(sue, "approvals", "list", "--state", "OPEN");
    expect(open.stdout).toContain("leak of the close");
    const shown = await runAdmin(sue, "approvals", "show", id);
    expect(shown.stdout).toContain(code);
    const approve = ["approvals", "approve", id, ...WHY];
    refused(await runAdmin(ann, ...approve), 1, "FORBIDDEN");
    refused(await runAdmin(sue, ...approve), 1, "for others to decide");
    expect(await askAdmin(bob, ...approve)).toMatchObject({ state: "APPROVED" });
    expect(await askAdmin(ann, ...lock)).toMatchObject({ state: "LOCKED" });
    refused(await runAdmin(bob, "approvals", "reject", id, ...WHY), 1, "APPROVAL_STATE_CONFLICT");
    refused(await runAdmin(bob, "approvals", "reject", UNKNOWN, ...WHY), 1, "APPROVAL_NOT_FOUND");
  });

  test("signing keys are rotated where there is a secret", async () => {
    const secretless = { ...admin, AUTH_SECRET: "" };
    refused(await runAdmin(secretless, "keys", "rotate", ...WHY), 2, "AUTH_SECRET must be set");
    const rotated = await askAdmin(admin, "keys", "rotate");
    expect(textAt(rotated, "kid")).not.toBe("");
  });
});
