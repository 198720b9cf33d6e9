export * from "./attach-embedded.ts";
export * from "./back-up.ts";
export type { BackupFile } from "./backup-file.ts";
export { findCluster } from "./find-cluster.ts";
export { freePort } from "./free-port.ts";
export * from "./restore-embedded.ts";
export * from "./start-embedded.ts";
export { sweepKilledRuns } from "./sweep-killed-runs.ts";
export { setWatchdog, type Watchdog } from "./watchdog.ts";
