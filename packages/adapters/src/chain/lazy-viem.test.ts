import { expect, test } from "bun:test";

const loaded = async (specifier: string): Promise<readonly string[]> => {
  const script = `await import(${JSON.stringify(specifier)});
    console.log(JSON.stringify(Object.keys(require.cache)));`;
  const child = Bun.spawn([process.execPath, "-e", script], {
    cwd: import.meta.dir,
    stdout: "pipe",
  });
  const paths: unknown = JSON.parse(await new Response(child.stdout).text());
  return Array.isArray(paths) ? paths.map(String) : [];
};
const VIEM = "/node_modules/viem/";

test("prices and the simulated chain do without viem, which only a real chain loads", async () => {
  const simulated = await loaded("@closebell/adapters/chain");
  expect(simulated.some((path) => path.endsWith("simulated-chain.ts"))).toBe(true);
  expect(simulated.filter((path) => path.includes(VIEM))).toEqual([]);
  const prices = await loaded("@closebell/adapters/oracle");
  expect(prices.some((path) => path.endsWith("simulated-oracle.ts"))).toBe(true);
  expect(prices.filter((path) => path.includes(VIEM))).toEqual([]);
  const real = await loaded("@closebell/adapters/chain/evm");
  expect(real.some((path) => path.includes(VIEM))).toBe(true);
  expect(real.filter((path) => /solc|anvil/.test(path))).toEqual([]);
});
