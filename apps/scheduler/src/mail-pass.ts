import { deliverMail, lettersWait, type IdentityDeps, type Mailer } from "@closebell/identity";
import type { MailMetrics } from "./mail-metrics.ts";
import type { Pass } from "./pass.ts";

export interface MailPassDeps extends Pick<IdentityDeps, "database" | "log" | "auth"> {
  /** undefined where letters wait for a server to send them. */
  readonly mailer: Mailer | undefined;
}

/** Sends the letters that wait. */
export const mailPass = (deps: MailPassDeps, metrics: MailMetrics): Pass => {
  const { mailer } = deps;
  if (mailer === undefined) {
    deps.log.warn({}, "letters wait: MAIL_URL names no server, so nobody can confirm an address");
  }
  return {
    name: "mail",
    async work(by, log) {
      if (mailer !== undefined) {
        const { sent, failed } = await deliverMail({ ...deps, log, mailer });
        if (sent + failed > 0) log.info({ sent, failed, requestId: by.requestId }, "letters sent");
      }
      metrics.waited(await lettersWait(deps));
    },
  };
};
