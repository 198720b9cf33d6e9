import {
  createLogger,
  createRuntime,
  ensureMarket,
  explain,
  listenOn,
  openPlace,
  readConfig,
  stopOnSignal,
  type Runtime,
} from "@closebell/runtime";
import { createScheduler } from "./create-scheduler.ts";
import { serveHealth } from "./serve-health.ts";

const withQueue = (runtime: Runtime) => {
  if (runtime.queue === undefined) throw new Error("a scheduler needs a queue");
  return { ...runtime, queue: runtime.queue };
};

const main = async (): Promise<void> => {
  const config = readConfig();
  const log = createLogger({ ...config, name: "scheduler" });
  const place = await openPlace({ config, mode: "attach", log });
  const runtime = await createRuntime({
    config,
    log,
    place,
    name: "scheduler",
    queue: true,
    signs: true,
    signsIn: true,
  });
  await ensureMarket(runtime, config);
  const scheduler = createScheduler(withQueue(runtime));
  const { registry } = runtime;
  const { schedulerPort: port, host: hostname } = config;
  const health = listenOn("SCHEDULER_PORT", port, () =>
    serveHealth({ scheduler, registry, port, hostname }),
  );
  stopOnSignal({
    log,
    // more than its parts are given together
    deadlineMs: 10_000,
    async stop() {
      await scheduler.stop();
      await Promise.all([health.stop(), runtime.stop()]);
    },
  });
  scheduler.start();
  log.info({ url: health.url }, "scheduler started");
};

try {
  await main();
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
}
