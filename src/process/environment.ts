/** `process.env` as the process gets it: the last of equal names wins, and HOME is there. environ(7). */

/** Keeps the last assignment of each name, in the order of their first appearance. */
export function uniqueEnvironment(env: readonly string[]): string[] {
  const byName = new Map<string, string>();
  for (const entry of env) byName.set(entry.slice(0, entry.indexOf('=')), entry);
  return [...byName.values()];
}

/** True where HOME has to be looked up in the container's /etc/passwd. */
export function lacksHome(env: readonly string[]): boolean {
  return !assigned(env, 'HOME');
}

/** What is assigned to the name last, as the process sees it. */
export function assigned(env: readonly string[], name: string): string | undefined {
  const start = `${name}=`;
  let value: string | undefined;
  for (const entry of env) if (entry.startsWith(start)) value = entry.slice(start.length);
  return value;
}

/** The home directory of `uid` in the text of a passwd(5) file; "/" where it has none. */
export function homeOf(uid: number, passwd: string): string {
  const line = passwd.split('\n').find((entry) => entry.split(':')[2] === String(uid));
  return line?.split(':')[5] || '/';
}

export function withHome(env: readonly string[], home: string): string[] {
  return [...env.filter((entry) => !entry.startsWith('HOME=')), `HOME=${home}`];
}
