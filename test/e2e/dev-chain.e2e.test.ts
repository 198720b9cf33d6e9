import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { eventually, type Program, processesNaming, ROOT, runProgram } from "./run-program.ts";

setDefaultTimeout(240_000);

const STEPS = 9;

/** What a developer keeps in .env for a service of his, by which no step would go as it says. */
const OF_ANOTHER = {
  MARKET: "OTHER",
  MAX_STAKE_MICRO_USDC: "1000000",
  EVM_CONFIRMATIONS: "500",
  WITHDRAWAL_MAX_MICRO_USDC: "1000000",
};

/** The steps as they are printed: the commands of each, by its number. */
const stepsOf = (guide: string): ReadonlyMap<number, readonly string[]> => {
  const steps = new Map<number, string[]>();
  let step = 0;
  for (const line of guide.split("\n")) {
    step = Number(/^(\d+)\. /.exec(line)?.[1] ?? step);
    const [, command] = /^ {3}((?:curl|bun) .*)$/.exec(line) ?? [];
    if (command !== undefined) steps.set(step, [...(steps.get(step) ?? []), command]);
  }
  return steps;
};

const paste = async (line: string): Promise<string> => {
  const command = line.replace(/^bun /, `${process.execPath} `);
  const { stdout, stderr, exitCode } = await Bun.$`sh -c ${command}`.cwd(ROOT).quiet().nothrow();
  const output = stdout.toString();
  expect([command, exitCode, output, stderr.toString()]).toEqual([
    command,
    0,
    output,
    expect.any(String),
  ]);
  expect(output).not.toContain("/problems/");
  expect(output).not.toContain('"error":');
  return output;
};

const told = async (service: Program): Promise<string> => {
  const ended = () => service.stderr().includes("Everything is gone when it stops.");
  await eventually("the guide is printed", ended, 90_000);
  return service.stderr();
};

test("a newcomer pastes each step, and sees deposits and payments on a chain of his own", async () => {
  await using service = runProgram("apps/standalone/src/main.ts", ["dev:chain"], {
    env: { PORT: "0", HOST: "127.0.0.1", LOG_PRETTY: "false", ...OF_ANOTHER },
  });
  const guide = await told(service);
  expect(guide).toMatch(/funded on it with 100 USDC, at her address 0x[0-9a-fA-F]{40}/);
  const steps = stepsOf(guide);
  expect([...steps.keys()]).toEqual(Array.from({ length: STEPS }, (_, n) => n + 1));
  const last = async (step: number): Promise<string> => {
    let output = "";
    for (const command of steps.get(step) ?? []) output = await paste(command);
    return output;
  };
  const becomes = (step: number, wanted: string) =>
    eventually(
      `step ${step} shows ${wanted}`,
      async () => (await last(step)).includes(wanted),
      60_000,
    );

  await last(1);
  await becomes(2, '"availableMicroUsdc":"150000000"');
  expect(await last(3)).toContain('"side":"DOWN"');
  expect(await last(4)).toContain('"usableFrom"');
  await becomes(5, '"state":"SETTLED"');
  expect(await last(6)).toContain('"state":"REQUESTED"');
  await becomes(7, '"state":"CONFIRMED"');
  expect(await last(8)).toMatch(/"0x0+1c9c380"/);
  expect(await last(9)).toContain("every unit is accounted for");

  const [, envFile = ""] = /--env-file=(\S+)/.exec(guide) ?? [];
  expect(existsSync(envFile)).toBe(true);
  service.kill("SIGTERM");
  expect(await service.exited).toBe(0);
  expect(existsSync(dirname(envFile))).toBe(false);
  expect(await processesNaming(dirname(envFile))).toEqual([]);
});
