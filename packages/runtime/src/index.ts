export { ALL_MIGRATIONS } from "./all-migrations.ts";
export { auditBooks, type BooksAudit } from "./audit-books.ts";
export { canCount } from "./can-count.ts";
export { checkDatabase } from "./check-database.ts";
export { clockFinding } from "./compare-clocks.ts";
export { ConfigError } from "./config-error.ts";
export { createLogger, type LoggerOptions, type LogStream } from "./create-logger.ts";
export type { Oracles, Simulation } from "./create-oracles.ts";
export { type Probe, SCHEDULER_HEARTBEAT } from "./create-probes.ts";
export { createRuntime, type Runtime, type RuntimeOptions } from "./create-runtime.ts";
export { createTelemetry, type Telemetry } from "./create-telemetry.ts";
export { type HttpConfig, RATE_GROUPS, type RateGroup } from "./http-config.ts";
export { ensureMarket } from "./ensure-market.ts";
export { explain } from "./explain.ts";
export { migrateAll, type MigrateAllOptions, type MigratedAll } from "./migrate-all.ts";
export { onLauncherExit } from "./on-launcher-exit.ts";
export {
  attachPlace,
  openPlace,
  type Place,
  type PlaceMode,
  type PlaceOptions,
} from "./open-place.ts";
export { type Config, readConfig, readConfigOf, type ReadOptions } from "./read-config.ts";
export { redact } from "./redact.ts";
export {
  readSandboxCredentials,
  type SandboxCredentials,
  sandboxCredentials,
  sandboxCredentialsFile,
  writePrivate,
} from "./sandbox-credentials.ts";
export { stopWithin } from "./stop-within.ts";
export { type Shutdown, stopOnSignal, type StopOptions } from "./stop-on-signal.ts";
export { listenOn } from "./listen-on.ts";
export type { RecordVerdict } from "./verify-record.ts";
