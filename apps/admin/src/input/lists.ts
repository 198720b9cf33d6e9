import { STAFF_ROLES, type StaffRole } from "@closebell/identity";
import { InvalidArgumentError } from "commander";

/** Reads "operator,treasurer". */
export const rolesArgument = (text: string): readonly StaffRole[] =>
  text.split(",").map((word) => {
    const role = STAFF_ROLES.find((each) => each === word.trim());
    if (role !== undefined) return role;
    throw new InvalidArgumentError(`Name some of ${STAFF_ROLES.join(", ")}, with commas between.`);
  });
