import type { By } from "@closebell/context";
import { allowAll, screenPlayer } from "@closebell/protection";
import type { ApiDeps } from "../api-deps.ts";

/**
 * Has a user screened, before any transaction is open: whoever is asked may take long.
 * @throws DomainError USER_NOT_FOUND, SCREENING_REFUSED, OVERLOADED
 */
export const screen = async (
  deps: ApiDeps,
  input: { readonly by: By; readonly userId: string; readonly anew?: boolean },
): Promise<void> => {
  const { screening = allowAll } = deps;
  if (!screening.everybodyPasses) await screenPlayer({ ...deps, screening }, input);
};
