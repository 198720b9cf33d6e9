import { userInfo } from "node:os";

/** `name` in the form of a handle: letters, digits and . _ @ - inside. */
export const asHandle = (name: string): string =>
  name
    .replaceAll(/[^A-Za-z0-9._@-]+/g, "-")
    .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "")
    .slice(0, 60) || "operator";

/**
 * Who runs this command, as the operating system says. No flag names another: what is done by hand is recorded under
 * the login that did it.
 */
export const operatorName = (): string => {
  try {
    return asHandle(userInfo().username);
  } catch {
    // a uid without a name, as in some containers
    return asHandle(`uid-${process.getuid?.() ?? "unknown"}`);
  }
};
