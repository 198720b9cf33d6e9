import type { AddCommand } from "../../program.ts";
import { addAdd } from "./add.ts";
import { addClaim } from "./claim.ts";
import { addResetSecondFactor } from "./reset-second-factor.ts";
import { addRoles } from "./roles.ts";
import { addStaffList } from "./list.ts";

export const staffCommand: AddCommand = (program, cli) => {
  const staff = program
    .command("staff")
    .summary("who works here, and what they may do")
    .description(
      "Members of staff and their roles: support (reads), operator (rounds), treasurer (money), admin (people). Nobody " +
        "changes their own.",
    );
  for (const add of [addStaffList, addAdd, addRoles, addResetSecondFactor, addClaim])
    add(staff, cli);
};
