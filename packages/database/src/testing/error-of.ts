/**
 * What `attempt` fails with; fails itself where it doesn't. `expect(…).rejects` blocks the thread while it waits, which costs
 * up to a second with a real server.
 */
export const errorOf = async (attempt: PromiseLike<unknown>): Promise<unknown> => {
  try {
    await attempt;
  } catch (error) {
    return error;
  }
  throw new Error("expected a failure, and there was none");
};
