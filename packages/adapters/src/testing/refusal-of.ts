import { ChainError } from "@closebell/custody";

/** How a chain refused: its kind and words. "answered" where it did not. */
export const refusalOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return "answered";
  } catch (error) {
    return error instanceof ChainError ? `${error.kind}: ${error.message}` : String(error);
  }
};
