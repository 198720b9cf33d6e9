import { expect, test } from "bun:test";
import { readCommand } from "./read-command.ts";

test.each(["start", "sandbox", "dev:chain", "demo"] as const)("%s is a command", (name) => {
  expect(readCommand([name])).toBe(name);
});

test.each([[["start", "--help"]], [["--help"]], [["-h"]], [["nonsense", "--help"]]])(
  "%j asks for help, and starts nothing",
  (args) => {
    expect(readCommand(args)).toBe("help");
  },
);

test.each([[[]], [["nonsense"]], [["start", "--prot", "9000"]], [["--prot"]], [["demo", "demo"]]])(
  "%j makes no sense, and starts nothing",
  (args) => {
    expect(readCommand(args)).toBeUndefined();
  },
);
