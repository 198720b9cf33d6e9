/**
 * Easter Sunday in the Gregorian calendar, by the computus of Butcher's Ecclesiastical Calendar (1876), as reprinted by
 * H. V. Smith in Mathematical Spectrum 11 (1978/79), 23-24. The single letters are that rule's own names.
 */
export const easterSunday = (year: number): Temporal.PlainDate => {
  const j = year % 19;
  const k = Math.floor(year / 100);
  const h = year % 100;
  const m = Math.floor(k / 4);
  const n = k % 4;
  const p = Math.floor((k + 8) / 25);
  const q = Math.floor((k - p + 1) / 3);
  const r = (19 * j + k - m - q + 15) % 30;
  const s = Math.floor(h / 4);
  const u = h % 4;
  const v = (32 + 2 * n + 2 * s - r - u) % 7;
  const w = Math.floor((j + 11 * r + 22 * v) / 451);
  const sum = r + v - 7 * w + 114;
  return Temporal.PlainDate.from({ year, month: Math.floor(sum / 31), day: 1 + (sum % 31) });
};
