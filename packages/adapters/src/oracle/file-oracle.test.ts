import { expect, test } from "bun:test";
import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeOracleContract } from "@closebell/rounds/testing";
import { fileOracle } from "./file-oracle.ts";

const text = "date,close\n2026-11-19,100.5\n2026-11-20,101\n";
const friday = Temporal.PlainDate.from("2026-11-20");
const monday = Temporal.PlainDate.from("2026-11-23");

const scratchFile = async (content: string) => {
  const folder = await mkdtemp(join(tmpdir(), "closes-"));
  const path = join(folder, "closes.csv");
  await writeFile(path, content);
  return {
    path,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
};

const facts = {
  symbol: "NDX",
  known: ["2026-11-19", "2026-11-20"],
  unknown: "2026-11-21",
} as const;

describeOracleContract("fileOracle of a text", () => ({ oracle: fileOracle({ text }) }), facts);

describeOracleContract(
  "fileOracle of a file",
  async () => {
    const file = await scratchFile(text);
    return {
      oracle: fileOracle({ path: file.path, name: "closes-by-hand" }),
      close: () => file[Symbol.asyncDispose](),
    };
  },
  facts,
);

test("the evidence is the line itself", async () => {
  const close = await fileOracle({ text }).closeOf("NDX", friday);
  expect(close).toMatchObject({ raw: "2026-11-20,101", price: "101", source: "file" });
});

test("takes a close that was added while it ran, but not one half written", async () => {
  await using file = await scratchFile(text);
  const oracle = fileOracle({ path: file.path });
  expect(oracle.closeOf("NDX", monday)).rejects.toMatchObject({ kind: "not-found" });
  await appendFile(file.path, "2026-11-23,10");
  expect(oracle.closeOf("NDX", monday)).rejects.toMatchObject({ kind: "malformed" });
  await appendFile(file.path, "2.25\n");
  expect((await oracle.closeOf("NDX", monday)).price).toBe("102.25");
});

test("names the bad line, and a file that is not there", async () => {
  await using file = await scratchFile("date,close\n2026-11-20,abc\n");
  expect(fileOracle({ path: file.path }).closeOf("NDX", friday)).rejects.toMatchObject({
    kind: "malformed",
    message: expect.stringContaining("Line 2"),
  });
  expect(fileOracle({ path: `${file.path}.gone` }).closeOf("NDX", friday)).rejects.toMatchObject({
    kind: "unavailable",
  });
});

test("a text that can't be read is refused at once", () => {
  expect(() => fileOracle({ text: "date;close\n" })).toThrow("Line 1");
});
