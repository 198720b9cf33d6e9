import { CREDENTIAL_MUTANTS } from "./credential-mutants.ts";
import { LATE_MUTANTS } from "./late-mutants.ts";
import type { Mutant } from "./mutant.ts";
import { SERVICE_MUTANTS } from "./service-mutants.ts";

/** Every defect that is planted. */
export const MUTANTS: readonly Mutant[] = [
  ...SERVICE_MUTANTS,
  ...CREDENTIAL_MUTANTS,
  ...LATE_MUTANTS,
];
