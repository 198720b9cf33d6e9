import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createHash } from "node:crypto";
import {
  type ScratchDatabase,
  scratchDatabase,
} from "../../packages/database/src/testing/index.ts";
import { sealTransfers } from "../../packages/ledger/src/index.ts";
import { askTwo, type Crew, crewOn } from "./crew.ts";
import { at, refused, textAt } from "./run-admin.ts";
import { askAdminHere, runAdminHere } from "./run-admin-here.ts";

setDefaultTimeout(120_000);

const WHY = ["--reason", "as the test says"] as const;

describe("the record", () => {
  let scratch: ScratchDatabase;
  let crew: Crew = { operator: {}, second: {} };

  beforeAll(async () => {
    scratch = await scratchDatabase();
    crew = await crewOn({ DATABASE_URL: scratch.url });
    await askAdminHere(crew.operator, "migrate");
    await askAdminHere(crew.operator, "advance");
    await askAdminHere(crew.operator, "seed", "--users", "2");
    await askTwo(crew, ["lock-round", "--code", "20261120", ...WHY], runAdminHere);
    await sealTransfers({ database: scratch.database });
  });
  afterAll(() => scratch[Symbol.asyncDispose]());

  const verify = (...args: readonly string[]) =>
    runAdminHere(crew.operator, "audit", "verify", ...args);

  test("is verified, and its heads are what is kept elsewhere", async () => {
    const { code, stdout } = await verify();
    expect(code).toBe(0);
    expect(stdout).toStartWith("Everything is as it was written.\n");
    const heads = stdout.trim().split("\n").slice(-2);
    expect(heads[0]).toMatch(/^audit:[1-9]\d*:[0-9a-f]{64}$/);
    expect(heads[1]).toMatch(/^transfer:1:[0-9a-f]{64}$/);
    const kept = heads.flatMap((head) => ["--head", head]);
    expect((await verify(...kept)).code).toBe(0);
    const other = (heads[0] ?? "").replace(/.$/, (last) => (last === "0" ? "1" : "0"));
    const wrong = await verify("--head", other, "--head", `transfer:99:${"0".repeat(64)}`);
    expect(wrong.code).toBe(1);
    expect(wrong.stdout).toContain("another one than was kept");
    expect(wrong.stdout).toContain("gone since it was kept");
    refused(await verify("--head", "audit:1"), 2, "Give it as it was printed");
  });

  test("goes out as JSON lines that can be checked without the service", async () => {
    const { code, stdout } = await runAdminHere(crew.operator, "audit", "export");
    expect(code).toBe(0);
    const lines: unknown[] = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const heads = lines.pop();
    let previous = Buffer.alloc(0);
    for (const line of lines) {
      previous = createHash("sha256").update(previous).update(textAt(line, "text")).digest();
      expect(textAt(line, "hash")).toBe(previous.toString("hex"));
    }
    expect(textAt(heads, "heads", "audit", "hash")).toBe(previous.toString("hex"));
    const actions = lines.map((line) => at(JSON.parse(textAt(line, "text")), "action"));
    expect(actions).toContain("round.lock");
    expect(actions).toContain("approval.approve");
    const blocks = await runAdminHere(crew.operator, "audit", "export", "--stream", "transfer");
    expect(at(JSON.parse(blocks.stdout.split("\n")[0] ?? ""), "n")).toBe("1");
    const rest = await runAdminHere(
      crew.operator,
      "audit",
      "export",
      "--after",
      String(lines.length),
    );
    expect(rest.stdout.trim().split("\n")).toHaveLength(1);
  });

  test("that was altered ends the command with 1 and names the place", async () => {
    const setReason = (reason: string) =>
      scratch.owner.sql.unsafe(`
        alter table database.audit disable trigger user;
        update database.audit set reason = '${reason}' where action = 'round.lock';
        alter table database.audit enable trigger user`);
    await setReason("another one");
    const { code, stdout } = await verify("--json");
    expect(code).toBe(1);
    const told: unknown = JSON.parse(stdout);
    expect(told).toMatchObject({ ok: false, findings: [{ stream: "audit" }] });
    expect(textAt(told, "findings", 0, "finding")).toEndWith("edited");
    await setReason("as the test says");
    expect((await verify()).code).toBe(0);
  });
});
