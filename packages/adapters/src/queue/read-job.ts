import { z } from "zod";
import type { RawJob } from "./bull-backend.ts";
import type { Job, JobData } from "./job-queue.ts";

const jobData: z.ZodType<JobData> = z
  .object({ requestId: z.string().optional(), traceparent: z.string().optional() })
  .catchall(z.union([z.string(), z.number(), z.boolean(), z.null()]));

/** The job inside what came from the queue's server. Throws where its data are not ours. */
export const readJob = (raw: RawJob): Job => ({
  name: raw.name,
  id: raw.id ?? "",
  data: jobData.parse(raw.data),
});
