import { Gauge, type Registry } from "prom-client";

export interface MailMetrics {
  waited(seconds: number): void;
}

/** How letters get on. */
export const createMailMetrics = (registry: Registry): MailMetrics => {
  const oldest = new Gauge({
    name: "closebell_letter_wait_seconds",
    help: "Seconds for which the oldest letter to a user has waited to be sent; else 0",
    registers: [registry],
  });
  return { waited: (seconds) => oldest.set(seconds) };
};
