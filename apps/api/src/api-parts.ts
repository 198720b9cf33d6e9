import type { ApiDeps, ApiSettings } from "./api-deps.ts";
import type { LiveHub } from "./events/hub.ts";
import type { Readiness } from "./health/readiness.ts";
import type { PolledReads } from "./polled/polled-reads.ts";
import type { Simulated } from "./presenters/simulated.ts";

/** What the routes share. */
export interface ApiParts {
  readonly deps: ApiDeps;
  readonly settings: ApiSettings;
  readonly simulated: Simulated;
  readonly hub: LiveHub;
  readonly reads: PolledReads;
  readonly readiness: Readiness;
}
