import { type Deps, forgetAnswers } from "@closebell/database";
import { purgeExpired } from "@closebell/identity";
import type { Pass } from "./pass.ts";

/** Forgets what is kept for a time and has had it: answers to requests with a key, tokens and sessions that ended. */
export const tidyPass = (deps: Pick<Deps, "database" | "events" | "log">): Pass => ({
  name: "tidy",
  async work(by, log) {
    const answers = await forgetAnswers(deps);
    const { removed } = await purgeExpired(deps);
    if (removed > 0) log.info({ removed, requestId: by.requestId }, "expired credentials removed");
    if (answers > 0) log.info({ answers, requestId: by.requestId }, "old answers forgotten");
  },
});
