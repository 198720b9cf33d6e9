import { createHash } from "node:crypto";
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const hexSchema = z.templateLiteral(["0x", z.string()]);
const compiledSchema = z.record(z.string(), hexSchema);

const outputSchema = z.object({
  errors: z.array(z.object({ severity: z.string(), formattedMessage: z.string() })).default([]),
  contracts: z
    .record(
      z.string(),
      z.record(
        z.string(),
        z.object({ evm: z.object({ bytecode: z.object({ object: z.string() }) }) }),
      ),
    )
    .default({}),
});

const SOURCE = new URL("contracts/DevUsdc.sol", import.meta.url);
const CACHE = join(import.meta.dir, "../../../node_modules/.cache/contracts");

/** Where what was compiled is kept: another source or compiler has another name. */
const cacheFile = (source: string, compiler: string) =>
  join(CACHE, `${createHash("sha256").update(`${compiler}\n${source}`).digest("hex")}.json`);

/** In a process of its own: the compiler takes over signals, and keeps its memory. */
const compile = async (
  source: string,
  compiler: string,
): Promise<Record<string, `0x${string}`>> => {
  const input = {
    language: "Solidity",
    sources: { "DevUsdc.sol": { content: source } },
    settings: {
      evmVersion: "paris",
      metadata: { appendCBOR: false, bytecodeHash: "none" },
      optimizer: { enabled: true },
      outputSelection: { "*": { "*": ["evm.bytecode.object"] } },
    },
  };
  const child = Bun.spawn([process.execPath, compiler, "--standard-json"], {
    stdin: new Blob([JSON.stringify(input)]),
    stdout: "pipe",
    stderr: "pipe",
  });
  const said = await new Response(child.stdout).text();
  const output = outputSchema.parse(JSON.parse(said.slice(said.indexOf("{"))));
  const wrong = output.errors.filter(({ severity }) => severity === "error");
  if (wrong.length > 0) throw new Error(wrong.map((each) => each.formattedMessage).join("\n"));
  return Object.fromEntries(
    Object.entries(output.contracts["DevUsdc.sol"] ?? {}).map(([name, { evm }]) => [
      name,
      `0x${evm.bytecode.object}` as const,
    ]),
  );
};

/**
 * Creation code of the contracts of a file by name, the development token's unless given. Compiled once, then read from
 * `node_modules/.cache`.
 */
export const compileContracts = async (
  file: URL = SOURCE,
): Promise<Readonly<Record<string, `0x${string}`>>> => {
  const source = await Bun.file(file).text();
  const compiler = fileURLToPath(import.meta.resolve("solc/solc.js"));
  const kept = Bun.file(cacheFile(source, compiler));
  if (await kept.exists()) return compiledSchema.parse(await kept.json());
  const compiled = await compile(source, compiler);
  await mkdir(CACHE, { recursive: true });
  // renamed into place: another process never reads half a file
  const draft = `${kept.name}.${process.pid}`;
  await Bun.write(draft, JSON.stringify(compiled));
  await rename(draft, `${kept.name}`);
  return compiled;
};
