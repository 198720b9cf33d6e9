import { recheckCloses, type OracleDeps } from "@closebell/rounds";
import { BUSY, type Pass } from "./pass.ts";

/** Reads the closes of settled rounds again once they are final; what differs was logged where it was found. */
export const recheckPass = (deps: OracleDeps): Pass => ({
  name: "recheck",
  async work(by, log) {
    const rechecked = await recheckCloses({ ...deps, log });
    if (rechecked === undefined) return BUSY;
    if (rechecked.asked + rechecked.differing === 0) return undefined;
    return log.info({ ...rechecked, requestId: by.requestId }, "closes read again");
  },
});
