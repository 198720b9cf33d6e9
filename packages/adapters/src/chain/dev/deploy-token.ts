import { microUsdc, type MicroUsdc } from "@closebell/money";
import { type Address, encodeFunctionData, type Hex, numberToHex, parseAbi } from "viem";
import { z } from "zod";
import { compileContracts } from "./compile-contracts.ts";
import type { Anvil } from "./start-anvil.ts";

const TOKEN = parseAbi([
  "function mint(address to, uint256 value)",
  "function transfer(address to, uint256 value) returns (bool)",
  "function approve(address spender, uint256 value) returns (bool)",
  "function setPaused(bool yes)",
  "function setBlacklisted(address account, bool yes)",
  "function balanceOf(address account) view returns (uint256)",
]);
const PAYROLL = parseAbi(["function pay(address token, address[] to, uint256[] values)"]);

const receiptSchema = z.object({
  status: z.string(),
  contractAddress: z.templateLiteral(["0x", z.string()]).nullable(),
});

/** A dollar on a development chain. Each verb is a transaction of the chain's owner, mined when it returns. */
export interface DevToken {
  readonly address: Address;
  /** New money for `to`; answers the transaction. */
  mint(to: string, amount: MicroUsdc): Promise<string>;
  /** From the owner's own money; answers the transaction. */
  transfer(to: string, amount: MicroUsdc): Promise<string>;
  /** From the owner's own money to many in one transaction; answers it. */
  payMany(
    payments: readonly { readonly to: string; readonly amount: MicroUsdc }[],
  ): Promise<string>;
  setPaused(yes: boolean): Promise<void>;
  setBlacklisted(account: string, yes: boolean): Promise<void>;
  balanceOf(account: string): Promise<bigint>;
}

/** Sends as the owner and has it mined; answers its name and, for a creation, the new contract. */
const carryOut = async (anvil: Anvil, call: { readonly to?: Address; readonly data: Hex }) => {
  const transaction = { from: anvil.owner, ...call };
  const tx = z.string().parse(await anvil.request("eth_sendTransaction", [transaction]));
  const ask = () => anvil.request("eth_getTransactionReceipt", [tx]);
  let told = await ask();
  if (told === null) {
    await anvil.mine();
    told = await ask();
  }
  const { status, contractAddress } = receiptSchema.parse(told);
  if (status !== "0x1") throw new Error(`The development chain undid ${tx}.`);
  return { tx, contract: contractAddress };
};

const create = async (anvil: Anvil, name: string): Promise<Address> => {
  const code = (await compileContracts())[name];
  if (code === undefined) throw new Error(`There is no contract ${name}.`);
  const { contract } = await carryOut(anvil, { data: code });
  if (contract === null) throw new Error(`The development chain made no contract ${name}.`);
  return contract;
};

const hex = (address: string): Address => z.templateLiteral(["0x", z.string()]).parse(address);

/** The token that stands at `address` already. */
export const tokenAt = (anvil: Anvil, address: Address): DevToken => {
  const send = async (data: Hex) => (await carryOut(anvil, { to: address, data })).tx;
  const call = (functionName: "mint" | "transfer" | "approve", to: string, amount: bigint) =>
    send(encodeFunctionData({ abi: TOKEN, functionName, args: [hex(to), amount] }));
  return {
    address,
    mint: (to, amount) => call("mint", to, amount),
    transfer: (to, amount) => call("transfer", to, amount),
    async payMany(payments) {
      const payroll = await create(anvil, "Payroll");
      const amounts = payments.map(({ amount }) => amount);
      await call(
        "approve",
        payroll,
        amounts.reduce((sum, amount) => sum + amount, 0n),
      );
      const args = [address, payments.map(({ to }) => hex(to)), amounts] as const;
      const data = encodeFunctionData({ abi: PAYROLL, functionName: "pay", args });
      return (await carryOut(anvil, { to: payroll, data })).tx;
    },
    async setPaused(yes) {
      await send(encodeFunctionData({ abi: TOKEN, functionName: "setPaused", args: [yes] }));
    },
    async setBlacklisted(account, yes) {
      const args = [hex(account), yes] as const;
      await send(encodeFunctionData({ abi: TOKEN, functionName: "setBlacklisted", args }));
    },
    async balanceOf(account) {
      const args = [hex(account)] as const;
      const data = encodeFunctionData({ abi: TOKEN, functionName: "balanceOf", args });
      const told = await anvil.request("eth_call", [{ to: address, data }, "latest"]);
      return BigInt(z.string().parse(told));
    },
  };
};

/** Puts a new one on the chain and gives the owner a billion of it. */
export const deployToken = async (anvil: Anvil): Promise<DevToken> => {
  // on a chain of its own the owner's money is no object, whatever the price of gas became
  await anvil.request("anvil_setBalance", [anvil.owner, numberToHex(10n ** 24n)]);
  const token = tokenAt(anvil, await create(anvil, "DevUsdc"));
  await token.mint(anvil.owner, microUsdc(10n ** 15n));
  return token;
};
