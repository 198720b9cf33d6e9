import { PERMISSIONS, STAFF_ROLES, type Permission, type StaffRole } from "@closebell/identity";
import { InvalidArgumentError } from "commander";

const wordsOf = (text: string): readonly string[] => text.split(",").map((word) => word.trim());

const listOf =
  <T extends string>(known: readonly T[]) =>
  (text: string): readonly T[] =>
    wordsOf(text).map((word) => {
      const found = known.find((each) => each === word);
      if (found !== undefined) return found;
      throw new InvalidArgumentError(`Name some of ${known.join(", ")}, with commas between.`);
    });

/** Reads "operator,treasurer". */
export const rolesArgument: (text: string) => readonly StaffRole[] = listOf(STAFF_ROLES);

/** Reads "rounds:read,money:read". */
export const scopesArgument: (text: string) => readonly Permission[] = listOf(PERMISSIONS);
