import { join } from "node:path";
import type { Job, Played } from "./process.ts";

/** Processes of their own that play scripts. Killed when disposed. */
export interface Workers extends AsyncDisposable {
  /** One job to each. */
  play(jobs: readonly Job[]): Promise<readonly Played[]>;
}

const startOne = () => {
  let deliver: ((played: Played) => void) | undefined;
  const ready = Promise.withResolvers<void>();
  const child = Bun.spawn([process.execPath, "--no-env-file", join(import.meta.dir, "worker.ts")], {
    stdio: ["ignore", "inherit", "inherit"],
    ipc(message: Played | "ready") {
      if (message === "ready") ready.resolve();
      else deliver?.(message);
    },
  });
  const gone = child.exited.then((code): never => {
    throw new Error(`a process of the model's ended with ${code}`);
  });
  const play = (job: Job): Promise<Played> =>
    Promise.race([
      gone,
      new Promise<Played>((resolve) => {
        deliver = resolve;
        child.send(job);
      }),
    ]);
  return { child, play, ready: Promise.race([gone, ready.promise]) };
};

/** Starts `count` of them, and waits until they have loaded. */
export const startWorkers = async (count: number): Promise<Workers> => {
  const workers = Array.from({ length: count }, startOne);
  await Promise.all(workers.map(({ ready }) => ready));
  return {
    play: (jobs) =>
      Promise.all(
        jobs.map((job, n) => {
          const worker = workers[n];
          if (worker === undefined) throw new Error("There are more jobs than processes.");
          return worker.play(job);
        }),
      ),
    async [Symbol.asyncDispose]() {
      for (const { child } of workers) child.kill("SIGKILL");
      await Promise.allSettled(workers.map(({ child }) => child.exited));
    },
  };
};
