import { customType } from "drizzle-orm/pg-core";

/** timestamptz as Temporal.Instant, to the microsecond. */
export const instant = customType<{ data: Temporal.Instant; driverData: Temporal.Instant }>({
  dataType: () => "timestamp with time zone",
});

/** bigint as bigint: amounts in micro-USDC. Name the brand with `.$type<MicroUsdc>()`. */
export const micro = customType<{ data: bigint; driverData: bigint }>({
  dataType: () => "bigint",
});

/** date as Temporal.PlainDate. */
export const plainDate = customType<{ data: Temporal.PlainDate; driverData: string }>({
  dataType: () => "date",
  toDriver: (value) => value.toString(),
  fromDriver: (value) => Temporal.PlainDate.from(value),
});
