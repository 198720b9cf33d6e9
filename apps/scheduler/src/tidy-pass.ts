import { type Deps, forgetAnswers } from "@closebell/database";
import type { Pass } from "./pass.ts";

/** Forgets what is kept for a time and has had it: answers to requests with a key, after a day. */
export const tidyPass = (deps: Pick<Deps, "database">): Pass => ({
  name: "tidy",
  async work(by, log) {
    const answers = await forgetAnswers(deps);
    if (answers > 0) log.info({ answers, requestId: by.requestId }, "old answers forgotten");
  },
});
