import { appendFileSync } from "node:fs";
import { describe } from "bun:test";

/** Notes a suite that can't run here, so that the end of the run names it. */
export const recordSkipped = (name: string, reason: string): void => {
  const file = process.env["TEST_SKIPPED_FILE"];
  if (file !== undefined) appendFileSync(file, `${name}: ${reason}\n`);
};

/** A suite that needs a real Redis: runs where the wrapper found one, otherwise is listed as skipped. */
export const describeWithRedis = (name: string, body: (url: () => string) => void): void => {
  const url = process.env["TEST_REDIS_URL"];
  if (url !== undefined) {
    describe(name, () => body(() => url));
    return;
  }
  recordSkipped(name, "no redis-server on the PATH");
  describe.skip(name, () => body(() => ""));
};
