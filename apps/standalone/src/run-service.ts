import { relative } from "node:path";
import { startApi } from "@closebell/api";
import type { Logger } from "@closebell/context";
import { firstAdminToken } from "@closebell/identity";
import {
  type Config,
  createLogger,
  createRuntime,
  migrateAll,
  onLauncherExit,
  openPlace,
  readConfig,
  type Runtime,
  sandboxCredentials,
  sandboxCredentialsFile,
  stopOnSignal,
} from "@closebell/runtime";
import { createScheduler, type Scheduler } from "@closebell/scheduler";
import { type Access, banner, type BannerParts } from "./banner.ts";
import { sandboxMorning } from "./sandbox-morning.ts";

/** What a service runs beside. */
export interface Beside {
  readonly config: Config;
  /** How commands are run that are configured in the same way. */
  readonly admin: string;
  /** What to tell whoever started it, after the banner. */
  readonly welcome: (parts: BannerParts) => Promise<string>;
}

export interface ServiceOptions {
  readonly sandbox: boolean;
  /** Starts something before the service, to be stopped after it, and says how the service is then configured. */
  readonly beside?: (started: AsyncDisposableStack) => Promise<Beside>;
}

interface Service {
  readonly config: Config;
  readonly log: Logger;
  readonly sandbox: boolean;
  /** What was started so far, to be stopped in reverse. */
  readonly started: AsyncDisposableStack;
  /** Aborted when the end came before all was started. */
  readonly interrupt: AbortSignal;
  readonly beside: Beside | undefined;
}

/** One process has them all, so it may have more of them. */
const CONNECTIONS = 20;

const openDatabaseOf = async ({ config, log, sandbox, started }: Service) => {
  const dataDir = sandbox ? config.sandboxDir : config.dataDir;
  const place = await openPlace({ config, mode: "serve", log, dataDir });
  started.defer(() => place.close());
  const now = sandboxMorning(Temporal.Now.plainDateISO());
  await migrateAll({ url: place.url, config, log, ...(sandbox ? { sandbox: { now } } : {}) });
  return place;
};

/** Waits until the rounds are what they should be now, but not for long. */
const firstTick = async (scheduler: Scheduler): Promise<void> => {
  for (let n = 0; n < 150 && scheduler.lastTick() === undefined; n += 1) await Bun.sleep(20);
};

const accessTo = async (runtime: Runtime, dir: string): Promise<Access> => {
  if (!runtime.sandbox) {
    return { firstAdmin: await firstAdminToken(runtime, { requestId: runtime.ids.uuid() }) };
  }
  const credentials = await sandboxCredentials(runtime, dir);
  const file = sandboxCredentialsFile(dir);
  const nearby = relative(process.cwd(), file);
  return { sandbox: { file: nearby.startsWith("..") ? file : nearby, credentials } };
};

/** Answers how to greet whoever started it, which nothing waits for. */
const start = async (service: Service): Promise<() => Promise<void>> => {
  const { config, log, started, interrupt, beside } = service;
  const place = await openDatabaseOf(service);
  interrupt.throwIfAborted();
  const runtime = await createRuntime({
    config,
    log,
    place,
    name: "standalone",
    connections: CONNECTIONS,
    queue: true,
    signs: true,
    signsIn: true,
  });
  started.defer(() => runtime.stop());
  const access = await accessTo(runtime, place.dataDir ?? config.sandboxDir);
  const { queue } = runtime;
  if (queue === undefined) throw new Error("the runtime has no queue");
  const scheduler = createScheduler({ ...runtime, queue });
  const api = startApi(runtime, config);
  started.defer(async () => {
    await Promise.all([api.stop(), scheduler.stop()]);
  });
  await place.announce(api.port);
  interrupt.throwIfAborted();
  scheduler.start();
  log.info({ url: api.url, sandbox: runtime.sandbox }, "service started");
  const admin = beside?.admin ?? "bun run admin";
  const parts = { runtime, place, url: api.url, admin, access };
  return async () => {
    await firstTick(scheduler);
    // stdout is the log
    process.stderr.write(await banner(parts));
    if (beside !== undefined) process.stderr.write(await beside.welcome(parts));
  };
};

/**
 * Runs API, docs and scheduler in this process until it is told to stop; as a sandbox, on a database of its own.
 * @throws ConfigError, DomainError where it can't start; what it had started is stopped again
 */
export const runService = async ({ sandbox, beside }: ServiceOptions): Promise<void> => {
  const config = readConfig();
  const log = createLogger({ ...config, name: "closebell" });
  const started = new AsyncDisposableStack();
  const interrupt = new AbortController();
  const { promise: settled, resolve: settle } = Promise.withResolvers<void>();
  const shutdown = stopOnSignal({
    log,
    deadlineMs: 20_000 + config.drainSeconds * 1_000,
    async stop() {
      interrupt.abort();
      await settled;
      await started.disposeAsync();
    },
  });
  onLauncherExit(() => shutdown("the launcher is gone"));
  try {
    const own = await beside?.(started);
    interrupt.signal.throwIfAborted();
    const greet = await start({
      sandbox,
      config: own?.config ?? config,
      log,
      started,
      interrupt: interrupt.signal,
      beside: own,
    });
    settle();
    await greet();
  } catch (error) {
    // who asked for the end has it coming
    if (interrupt.signal.aborted) return;
    await started.disposeAsync();
    throw error;
  } finally {
    settle();
  }
};
