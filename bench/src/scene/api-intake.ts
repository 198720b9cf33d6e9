import { createBetIntake, type BetIntake } from "@closebell/rounds";
import type { House } from "./house.ts";

/** The intake as the API builds it, in this process, for the time of `work`. */
export const withIntake = async <T>(
  house: House,
  work: (intake: BetIntake) => Promise<T>,
): Promise<T> => {
  const intake = createBetIntake(house.runtime, { stripe: 0 });
  try {
    return await work(intake);
  } finally {
    await intake.close();
  }
};
