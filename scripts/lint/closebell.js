import { noModuleState } from "./no-module-state.js";
import { noOuterSql } from "./no-outer-sql.js";
import { noSilencing } from "./no-silencing.js";
import { noSkippedTests } from "./no-skipped-tests.js";
import { noSqlInApps } from "./no-sql-in-apps.js";

/** House rules that no ready-made rule expresses. Plain JavaScript: oxlint loads it with whatever Node is there. */
export default {
  meta: { name: "closebell" },
  rules: {
    "no-module-state": noModuleState,
    "no-outer-sql": noOuterSql,
    "no-silencing": noSilencing,
    "no-skipped-tests": noSkippedTests,
    "no-sql-in-apps": noSqlInApps,
  },
};
