export type {
  ApiDeps,
  ApiSettings,
  Finding,
  Probe,
  SimulatedCloseRequest,
  Simulation,
} from "./api-deps.ts";
export { createApi, type Api } from "./create-api.ts";
export type { Principals } from "./doors/principals.ts";
export { serveApi, type ApiServer, type ServeOptions } from "./serve-api.ts";
export { startApi, type RunningApi } from "./start-api.ts";
