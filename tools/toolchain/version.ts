/** Whether a version such as "v3.228.0" or "go1.26.8" is at least `wanted`; missing parts count as 0. */
export function atLeast(version: string, wanted: string): boolean {
  const parts = (text: string) => (/\d+(\.\d+)*/.exec(text)?.[0] ?? "0").split(".").map(Number);
  const [have, want] = [parts(version), parts(wanted)];
  for (let i = 0; i < Math.max(have.length, want.length); i++) {
    const difference = (have[i] ?? 0) - (want[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
