import {
  createLogger,
  createRuntime,
  ensureMarket,
  explain,
  openPlace,
  readConfig,
  stopOnSignal,
} from "@closebell/runtime";
import { startApi } from "./start-api.ts";

const main = async (): Promise<void> => {
  // the scheduler asks for prices, and has the keys
  const config = readConfig(undefined, { asksPrices: false });
  const log = createLogger({ ...config, name: "api" });
  const place = await openPlace({ config, mode: "attach", log });
  const runtime = await createRuntime({
    config,
    log,
    place,
    name: "api",
    queue: true,
    signsIn: true,
  });
  await ensureMarket(runtime, config);
  const api = startApi(runtime, config);
  stopOnSignal({
    log,
    deadlineMs: 10_000 + config.drainSeconds * 1_000,
    async stop() {
      await api.stop();
      await runtime.stop();
    },
  });
  log.info({ url: api.url }, "API started");
};

try {
  await main();
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
}
