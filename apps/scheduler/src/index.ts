export {
  createScheduler,
  type Scheduler,
  type SchedulerDeps,
  type SchedulerOptions,
} from "./create-scheduler.ts";
