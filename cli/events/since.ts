/** A time in the past, as `docker logs --since` takes it. Pure. */
import { UsageError } from "../exit.ts";

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * @param text `90s`, `10m`, `2h`, `3d`, or a time such as `2026-11-21T10:00:00Z`. @param nowMs in ms since 1970, as the result.
 * @throws UsageError for anything else.
 */
export function sinceMs(text: string, nowMs: number): number {
  const [, count, unit = ""] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (count !== undefined) return nowMs - Number(count) * (unitMs[unit] ?? 0);
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new UsageError(`--since ${text}: no time`, "write 10m, 2h, 3d, or a time such as 2026-11-21T10:00:00Z");
}
