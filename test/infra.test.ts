import { describe, expect, test } from "bun:test";
import { copyFile, cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWithCommand } from "../packages/database/src/testing/index.ts";
import {
  metricsIn,
  readAlertCases,
  readAlerts,
  readDashboardQueries,
  readExportedMetrics,
  readText,
  readYaml,
  ROOT,
} from "./infra/read-infra.ts";
import { field, keys, text } from "./infra/read-tree.ts";

const run = (command: readonly string[], cwd = ROOT, env: Record<string, string> = {}) => {
  const { PATH = "", HOME = "/", DOCKER_CONFIG } = process.env;
  const { exitCode, stdout, stderr } = Bun.spawnSync([...command], {
    cwd,
    env: { PATH, HOME, ...(DOCKER_CONFIG === undefined ? {} : { DOCKER_CONFIG }), ...env },
  });
  return { exitCode, output: `${stdout.toString()}${stderr.toString()}` };
};

const succeeds = { exitCode: 0, output: expect.any(String) };

describe("alerts", () => {
  test("each has a page that names it", async () => {
    const alerts = await readAlerts();
    const index = await readText("docs/runbooks/README.md");
    expect(alerts.length).toBeGreaterThan(10);
    for (const { name, runbook } of alerts) {
      expect(runbook, name).toMatch(/^docs\/runbooks\/[a-z-]+\.md$/);
      expect(await readText(runbook), runbook).toContain(name);
      expect(index).toContain(name);
    }
  });

  test("each has a case that fires and one that stays quiet", async () => {
    const cases = await readAlertCases();
    const alerts = (await readAlerts()).map(({ name }) => name);
    for (const fires of [true, false]) {
      const tested = new Set(cases.filter((one) => one.fires === fires).map(({ alert }) => alert));
      expect([...tested].toSorted(), fires ? "firing" : "quiet").toEqual(alerts.toSorted());
    }
  });

  test("no page is left over from an alert that went", async () => {
    const pages = await Array.fromAsync(new Bun.Glob("docs/runbooks/*.md").scan({ cwd: ROOT }));
    const wanted = new Set((await readAlerts()).map(({ runbook }) => runbook));
    expect(pages.filter((page) => !page.endsWith("README.md")).toSorted()).toEqual(
      [...wanted].toSorted(),
    );
  });
});

test("alerts and dashboard ask only for metrics that the service has", async () => {
  const exported = await readExportedMetrics();
  const queries = [
    ...(await readAlerts()).map(({ expr }) => expr),
    ...(await readDashboardQueries()),
  ];
  const asked = new Set(queries.flatMap(metricsIn));
  expect(asked.size).toBeGreaterThan(10);
  expect([...asked].filter((name) => !exported.has(name))).toEqual([]);
});

/** Settings that .env.example shows, and those that it says may name a file instead. */
const readOffered = async (): Promise<ReadonlySet<string>> => {
  const example = await readText(".env.example");
  const shown = [
    ...example.matchAll(/^(?:# )?([A-Z_]+)=/gm),
    ...example.matchAll(/\b([A-Z_]+_FILE)\b/g),
  ];
  return new Set(shown.map(([, name = ""]) => name));
};

test("compose and .env.example know the same variables", async () => {
  const compose = await readText("docker-compose.yml");
  const offered = await readOffered();
  const filled = [...compose.matchAll(/\$\{([A-Z_]+)/g)].map(([, name = ""]) => name);
  const tree = await readYaml("docker-compose.yml");
  const named = ["x-settings", "x-as-signer"].flatMap((part) => keys(field(tree, part)));
  const missing = [...filled, ...named].filter((name) => !offered.has(name));
  expect(missing).toEqual([]);
});

const environmentOf = (services: unknown, name: string): readonly string[] =>
  keys(field(field(services, name), "environment"));

/** Compose has a port for figures, keeps its data in volumes, and makes these of passwords or takes them as they are. */
const NOT_OF_COMPOSE = [
  "AUTH_SECRET_FILE",
  "CLOSEBELL_API_KEY_FILE",
  "COMPOSE_PROJECT_NAME",
  "DATABASE_URL_FILE",
  "DATA_DIR",
  "LOG_PRETTY",
  "METRICS_TOKEN",
  "METRICS_TOKEN_FILE",
  "NAME_FILE",
  "REDIS_URL_FILE",
];

test("every setting that .env.example names reaches a service", async () => {
  const compose = await readText("docker-compose.yml");
  const services = field(await readYaml("docker-compose.yml"), "services");
  const reached = new Set([
    ...keys(services).flatMap((name) => environmentOf(services, name)),
    ...[...compose.matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name),
  ]);
  const lost = [...(await readOffered())].filter((name) => !reached.has(name));
  expect(lost.toSorted()).toEqual(NOT_OF_COMPOSE.toSorted());
});

const PRICE_KEYS = [
  "MASSIVE_API_KEY",
  "ALPACA_KEY_ID",
  "ALPACA_SECRET_KEY",
  "TWELVE_DATA_API_KEY",
  "FRED_API_KEY",
  "CHAINLINK_RPC_URL",
];

test("each service is given only the secrets it needs", async () => {
  const services = field(await readYaml("docker-compose.yml"), "services");
  const holders = (secret: string) =>
    keys(services).filter((name) => environmentOf(services, name).includes(secret));
  expect(holders("AUTH_SECRET")).toEqual(["api", "scheduler", "admin"]);
  expect(holders("SCREENING_TOKEN")).toEqual(["api"]);
  expect(holders("MAIL_URL")).toEqual(["scheduler"]);
  expect(holders("EVM_HOT_WALLET_KEY_FILE")).toEqual(["scheduler", "admin"]);
  expect(holders("EVM_DEPOSIT_KEY_FILE")).toEqual(["scheduler", "admin"]);
  for (const key of PRICE_KEYS) expect([key, holders(key)]).toEqual([key, ["scheduler", "admin"]]);
  const inFiles = [
    ...PRICE_KEYS,
    "EVM_RPC_URL",
    "EVM_RPC_URL_SECOND",
    "MAIL_URL",
    "SCREENING_TOKEN",
  ];
  for (const key of inFiles) expect([key, holders(`${key}_FILE`)]).toEqual([key, holders(key)]);
  expect(holders("POSTGRES_PASSWORD")).toEqual(["postgres"]);
  expect(holders("CLOSEBELL_API_KEY")).toEqual(["admin"]);
});

test("the image has the Bun that the workspace asks for", async () => {
  const manager = text(field(JSON.parse(await readText("package.json")), "packageManager"));
  const images = [...(await readText("infra/Dockerfile")).matchAll(/^FROM oven\/(\S+)/gm)];
  expect(images.length).toBeGreaterThan(0);
  for (const [, image] of images) expect(image).toBe(manager.replace("@", ":"));
});

test("scripts parse", async () => {
  const scripts = await Array.fromAsync(new Bun.Glob("infra/**/*.sh").scan({ cwd: ROOT }));
  expect(scripts.length).toBeGreaterThan(3);
  for (const script of scripts) expect(run(["sh", "-n", script])).toEqual(succeeds);
});

describeWithCommand("prometheus", [["promtool", "--version"]], (promtool) => {
  const folder = join(ROOT, "infra/prometheus");

  test("takes its configuration and rules", () => {
    expect(run([...promtool, "check", "config", "prometheus.yml"], folder)).toEqual(succeeds);
  });

  test("fires and stays quiet as the cases say", () => {
    expect(run([...promtool, "test", "rules", "rules.test.yml"], folder)).toEqual(succeeds);
  }, 240_000);

  test("understands every query of the dashboard", async () => {
    const rules = (await readDashboardQueries()).map((expr, n) => ({ record: `query_${n}`, expr }));
    const scratch = await mkdtemp(join(tmpdir(), "dashboard-"));
    try {
      const file = join(scratch, "queries.json");
      await writeFile(file, JSON.stringify({ groups: [{ name: "dashboard", rules }] }));
      expect(run([...promtool, "check", "rules", file])).toEqual(succeeds);
    } finally {
      await rm(scratch, { recursive: true });
    }
  });
});

/** Runs `body` in a folder that has what compose reads, and no .env. */
const inCopy = async (body: (folder: string) => Promise<void>): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), "compose-"));
  try {
    await copyFile(join(ROOT, "docker-compose.yml"), join(folder, "docker-compose.yml"));
    await cp(join(ROOT, "infra"), join(folder, "infra"), { recursive: true });
    await body(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
};

const COMPOSE = [
  ["docker", "compose", "version"],
  ["docker-compose", "version"],
];

describeWithCommand("docker compose", COMPOSE, (compose) => {
  test("takes docker-compose.yml with .env.example as it is", () =>
    inCopy(async (folder) => {
      await copyFile(join(ROOT, ".env.example"), join(folder, ".env"));
      const { exitCode, output } = run([...compose, "config"], folder);
      expect({ exitCode, output }).toEqual(succeeds);
      for (const service of ["postgres", "redis", "migrate", "api", "scheduler", "balancer"]) {
        expect(output).toContain(`\n  ${service}:\n`);
      }
      expect(output).toMatch(/replicas: 2/);
    }));

  test("says what to do where a password is missing", () =>
    inCopy(async (folder) => {
      const { exitCode, output } = run([...compose, "config"], folder);
      expect(exitCode).not.toBe(0);
      expect(output).toContain("in .env");
    }));
});

describeWithCommand("balancer", [["haproxy", "-v"]], (haproxy) => {
  test("takes its configuration", () => {
    expect(run([...haproxy, "-c", "-f", "infra/balancer/haproxy.cfg"])).toEqual(succeeds);
  });
});
