import { z } from "zod";
import { spelled } from "./addresses.ts";

const hexText = (digits: string) =>
  z
    .string()
    .regex(new RegExp(`^0x[0-9a-fA-F]${digits}$`))
    .toLowerCase()
    .pipe(z.templateLiteral(["0x", z.string()]));

/** A whole number as nodes write it. */
export const quantitySchema = hexText("+").transform((text) => BigInt(text));
export const bytesSchema = hexText("*");
export const hashSchema = hexText("{64}");
const addressSchema = hexText("{40}").transform(spelled);

export const blockSchema = z.object({ number: quantitySchema, hash: hashSchema });

/** An event, as eth_getLogs and receipts tell it. */
export const logSchema = z.object({
  address: addressSchema,
  topics: z.array(hashSchema),
  data: bytesSchema,
  blockNumber: quantitySchema,
  blockHash: hashSchema,
  transactionHash: hashSchema,
  logIndex: quantitySchema,
  removed: z.boolean().default(false),
});
export type RpcLog = z.output<typeof logSchema>;

export const receiptSchema = z.object({
  transactionHash: hashSchema,
  blockNumber: quantitySchema,
  blockHash: hashSchema,
  status: quantitySchema,
  logs: z.array(logSchema),
});
export type RpcReceipt = z.output<typeof receiptSchema>;

export const feeHistorySchema = z.object({
  baseFeePerGas: z.array(quantitySchema).min(1),
  reward: z.array(z.array(quantitySchema)).nullish(),
});
