import { expect, test } from "bun:test";
import { asHandle, operatorName } from "./operator-name.ts";

test.each([
  ["root", "root"],
  ["anna.b", "anna.b"],
  ["CORP\\anna b", "CORP-anna-b"],
  ["_daemon-", "daemon"],
  ["Ünïcode", "n-code"],
  ["", "operator"],
  ["x".repeat(100), "x".repeat(60)],
])("%j acts as %j", (login, handle) => {
  expect(asHandle(login)).toBe(handle);
});

test("is the login's own name, whatever $USER says", async () => {
  const own = operatorName();
  const script = `import { operatorName } from ${JSON.stringify(`${import.meta.dir}/operator-name.ts`)}; console.log(operatorName());`;
  const child = Bun.spawn([process.execPath, "-e", script], {
    env: { USER: "somebody-else", LOGNAME: "somebody-else" },
    stdout: "pipe",
  });
  expect((await child.stdout.text()).trim()).toBe(own);
  expect(own).not.toBe("somebody-else");
});
