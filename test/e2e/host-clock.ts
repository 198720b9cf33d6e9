/*
 * Loaded ahead of a program (`bun --preload`): its host's time of day is off by HOST_CLOCK_OFF_MS. What measures how long
 * something takes stays right, as it does on such a host. The program does not begin where the shift does not work.
 */
const { HOST_CLOCK_OFF_MS } = process.env;
const off = Number(HOST_CLOCK_OFF_MS);
if (!Number.isSafeInteger(off) || off === 0) throw new Error("HOST_CLOCK_OFF_MS must be set");

const { Now } = Temporal;
const { Date: HostDate } = globalThis;
const right = {
  date: HostDate.now,
  instant: Now.instant.bind(Now),
  origin: performance.timeOrigin,
};
const begun = right.date();

const instant = () => right.instant().add({ milliseconds: off });
const zoned = (zone?: Temporal.TimeZoneLike) =>
  instant().toZonedDateTimeISO(zone ?? Now.timeZoneId());
Object.defineProperties(Now, {
  instant: { value: instant },
  zonedDateTimeISO: { value: zoned },
  plainDateTimeISO: { value: (zone?: Temporal.TimeZoneLike) => zoned(zone).toPlainDateTime() },
  plainDateISO: { value: (zone?: Temporal.TimeZoneLike) => zoned(zone).toPlainDate() },
  plainTimeISO: { value: (zone?: Temporal.TimeZoneLike) => zoned(zone).toPlainTime() },
});

Object.defineProperty(HostDate, "now", { value: () => right.date() + off });
Object.defineProperty(globalThis, "Date", {
  value: new Proxy(HostDate, {
    construct: (target, given, as) =>
      Reflect.construct(target, given.length === 0 ? [target.now()] : given, as),
  }),
});
Object.defineProperty(performance, "timeOrigin", { value: right.origin + off });

const { Date: ShiftedDate } = globalThis;
const said = {
  "Date.now": ShiftedDate.now(),
  "new Date": new ShiftedDate().getTime(),
  "Temporal.Now.instant": Now.instant().epochMilliseconds,
  "Temporal.Now.zonedDateTimeISO": Now.zonedDateTimeISO().epochMilliseconds,
  "Temporal.Now.plainDateTimeISO":
    Now.plainDateTimeISO("UTC").toZonedDateTime("UTC").epochMilliseconds,
  "performance.timeOrigin": performance.timeOrigin + performance.now(),
};
for (const [what, ms] of Object.entries(said)) {
  if (Math.abs(ms - begun - off) > 5_000) throw new Error(`${what} is not off by ${off} ms`);
}
