import { type By, SYSTEM_ACTORS } from "@closebell/context";
import { withConsent } from "../approvals/with-consent.ts";
import type { Deps } from "../transact.ts";

const secondOf = ({ actor, requestId }: By): By => {
  const { chain, migration } = SYSTEM_ACTORS;
  return { actor: actor.id === chain.id ? migration : chain, requestId };
};

/** A verb that takes two people, done by two: `byTwo(lockRound)(deps, input)`. Gives a reason where there is none. */
export const byTwo =
  <D extends Deps, I extends { readonly by: By }, T>(verb: (deps: D, input: I) => Promise<T>) =>
  (deps: D, input: I): Promise<T> => {
    const by = { ...input.by, reason: input.by.reason ?? "both said so" };
    return withConsent(deps, secondOf(by), () => verb(deps, { ...input, by }));
  };
