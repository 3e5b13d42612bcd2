/** IANA time zones: MySQL (named zones) and Java (ZoneId) take these names, in this spelling, and no abbreviations. */
import { nearest } from "./nearest.ts";

/** Abbreviations and offsets that people write, and the region they mostly mean. */
const usualZones: Readonly<Record<string, string>> = {
  "+00:00": "UTC",
  "+01:00": "Europe/Paris",
  "+05:30": "Asia/Kolkata",
  "+08:00": "Asia/Shanghai",
  "+09:00": "Asia/Seoul",
  "-05:00": "America/New_York",
  "-08:00": "America/Los_Angeles",
  BST: "Europe/London",
  CET: "Europe/Paris",
  CEST: "Europe/Paris",
  CST: "America/Chicago",
  EDT: "America/New_York",
  EST: "America/New_York",
  GMT: "UTC",
  HKT: "Asia/Hong_Kong",
  IST: "Asia/Kolkata",
  JST: "Asia/Tokyo",
  KST: "Asia/Seoul",
  MSK: "Europe/Moscow",
  PDT: "America/Los_Angeles",
  PST: "America/Los_Angeles",
  SGT: "Asia/Singapore",
  SYSTEM: "UTC",
  Z: "UTC",
};

/** True for UTC and for regions, spelled as the zone database spells them: Java minds the case. */
export function isIanaZone(zone: string): boolean {
  if (zone === "UTC") return true;
  if (!/^[A-Z][A-Za-z0-9_+-]*(\/[A-Z][A-Za-z0-9_+-]*)+$/.test(zone)) return false;
  try {
    const canonical = new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone;
    // An alias (Asia/Kolkata) resolves to another name; the same name in another case is a spelling mistake.
    return canonical === zone || canonical.toLowerCase() !== zone.toLowerCase();
  } catch {
    return false;
  }
}

/** The zone that was probably meant; undefined when nothing is near. */
export function suggestZone(zone: string): string | undefined {
  return usualZones[zone.toUpperCase()] ?? nearest(zone, Intl.supportedValuesOf("timeZone"));
}
