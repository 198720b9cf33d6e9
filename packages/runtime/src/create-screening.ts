import { allowAll, type Screening } from "@closebell/protection";
import type { Config } from "./read-config.ts";

/** Whoever screens players: a service of the operator's, or nobody, where no money is at stake. */
export const createScreening = ({ screening }: Pick<Config, "screening">): Screening => {
  if (screening.kind === "allow-all") return allowAll;
  let loaded: Promise<Screening> | undefined;
  const load = () =>
    (loaded ??= import("@closebell/adapters/screening").then(({ httpScreening }) =>
      httpScreening(screening),
    ));
  return {
    name: screening.kind,
    everybodyPasses: false,
    screen: async (userId) => (await load()).screen(userId),
  };
};
