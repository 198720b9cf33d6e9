import { type Job, play } from "./process.ts";

// One of the processes: plays the scripts it is sent until it is killed.
process.on("message", (job: Job) => {
  void play(job).then((played) => process.send?.(played));
});
process.send?.("ready");
