import { expect, test } from "vitest";
import { mostResident, residentMiB } from "../../../tools/bench/lib/resident.ts";

const MiB = 1024 * 1024;

test("anonymous memory and mapped files count, cached files do not", () => {
  expect(residentMiB(`anon ${300 * MiB}\nfile ${900 * MiB}\nfile_mapped ${20 * MiB}\n`)).toBe(320);
  const one = `cache ${900 * MiB}\nrss ${1 * MiB}\nmapped_file ${1 * MiB}\ntotal_rss ${300 * MiB}\ntotal_mapped_file ${20 * MiB}`;
  expect(residentMiB(one)).toBe(320);
});

test("no account is a mistake, not zero", () => {
  expect(() => residentMiB("")).toThrow("no memory account");
});

test("what fails meanwhile is told, and the looking ends", async () => {
  const work = async () => await Promise.reject(new Error("the burst failed"));
  await expect(mostResident([], work)).rejects.toThrow("the burst failed");
});
