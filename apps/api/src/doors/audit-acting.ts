import { type Deps, recordAudit, transact } from "@closebell/database";
import type { AuditActing } from "../request/caller.ts";

/** Puts it on record before anything is done: who acted for whom, in which request. */
export const auditActing =
  (deps: Deps): AuditActing =>
  (by, userId) =>
    transact(deps, (work) =>
      recordAudit(work, { by, action: "user.acted-for", subject: `user/${userId}` }),
    );
