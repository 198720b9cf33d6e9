import { readInstant } from "@closebell/context";
import { InvalidArgumentError } from "commander";

const refuse = (message: string): never => {
  throw new InvalidArgumentError(message);
};

/** Reads a whole number within bounds. */
export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most
      ? value
      : refuse(`Give a whole number from ${least} to ${most}.`);
  };

/** Reads a date, YYYY-MM-DD. */
export const dateArgument = (text: string): Temporal.PlainDate => {
  try {
    if (/^\d{4}-\d\d-\d\d$/.test(text)) return Temporal.PlainDate.from(text);
  } catch {
    // said below
  }
  return refuse("Give a date as YYYY-MM-DD, such as 2026-11-27.");
};

/** Reads an instant, as `readInstant` has it. */
export const instantArgument = (text: string): Temporal.Instant =>
  readInstant(text) ??
  refuse(
    "Give an instant of the years 2000 to 2100 with its offset, such as 2026-11-20T20:59:59Z.",
  );

const SHORT = /^(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,8})s)?$/;

/** Reads how long: 90m, 1h30m, 2d, or ISO 8601 as in PT1H30M. A day is 24 hours. */
export const durationArgument = (text: string): Temporal.Duration => {
  const [, days = "0", hours = "0", minutes = "0", seconds = "0"] = SHORT.exec(text) ?? [];
  const short = Temporal.Duration.from({
    hours: Number(days) * 24 + Number(hours),
    minutes: Number(minutes),
    seconds: Number(seconds),
  });
  if (!short.blank) return short;
  try {
    const long = Temporal.Duration.from(text).round({ largestUnit: "hour" });
    if (long.sign > 0) return long;
  } catch {
    // said below
  }
  return refuse("Say how long: 90m, 1h30m, 2d, or PT1H30M.");
};

/** Reads a time of day, HH:MM. */
export const timeArgument = (text: string): string =>
  /^([01]\d|2[0-3]):[0-5]\d$/.test(text)
    ? text
    : refuse("Give a time of day as HH:MM, such as 13:00.");

/** Reads names set apart by commas; `none` for an empty list. */
export const listArgument = (text: string): readonly string[] =>
  text.trim() === "none"
    ? []
    : text
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== "");
