/** Which cgroups a runtime gave a container, from two files in the format of /proc/PID/cgroup. */

/** Such as `v1: 9 of 9, v2`; `none` if the container stayed in the cgroups of its creator. */
export function ownCgroups(theirs: string, ours: string): string {
  const creator = new Set(ours.trim().split('\n'));
  const lines = theirs.trim().split('\n');
  const isOwn = (line: string) => !creator.has(line);
  const isVersion2 = (line: string) => line.startsWith('0::');
  const version1 = lines.filter((line) => !isVersion2(line));
  const own1 = version1.filter(isOwn).length;
  const own2 = lines.some((line) => isVersion2(line) && isOwn(line));
  const parts = [...(own1 > 0 ? [`v1: ${own1} of ${version1.length}`] : []), ...(own2 ? ['v2'] : [])];
  return parts.length === 0 ? 'none' : parts.join(', ');
}
