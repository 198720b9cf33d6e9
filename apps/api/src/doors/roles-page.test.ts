import { expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { permissionsOf, type Role, ROLES } from "@closebell/identity";
import { lonelyApi } from "../testing/lonely-api.ts";
import { type Operation, operationsOf } from "../testing/operations.ts";
import { type Door, isDoor } from "./door.ts";

const doorOf = ({ name, operation }: Operation): Door => {
  const door: unknown = operation["x-permission"];
  if (isDoor(door)) return door;
  throw new Error(`${name} has no door`);
};

/** What of it a role gets to: anything, its own, or nothing. */
const reach = (door: Door, role: Role | undefined): string => {
  if (door === "public") return "yes";
  if (role === undefined) return "";
  const held = permissionsOf([role]);
  if (door.any === undefined && door.own === undefined) return "yes";
  if (door.any !== undefined && held.has(door.any)) return "yes";
  return door.own !== undefined && held.has(door.own) ? "own" : "";
};

const rowOf = (operation: Operation): string => {
  const door = doorOf(operation);
  const cells = [undefined, ...ROLES].map((role) => reach(door, role));
  return `| ${[`\`${operation.name}\``, ...cells].join(" | ")} |`;
};

const bare = (line: string): string => line.replaceAll(/ +/g, " ");

test("docs/roles.md has every route with what each role gets to, as the document says", async () => {
  await using lonely = lonelyApi();
  const page = fileURLToPath(new URL("../../../../docs/roles.md", import.meta.url));
  const written = (await Bun.file(page).text())
    .split("\n")
    .filter((line) => line.startsWith("| `"));
  const routes = operationsOf(lonely.api).map(rowOf);
  expect(written.map(bare).filter((line) => /^\| `[A-Z]+ \//.test(line))).toEqual(
    routes.toSorted().map(bare),
  );
});
