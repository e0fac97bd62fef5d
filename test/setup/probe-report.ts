/** Reads what the probe has printed, and takes out what differs between any two runs. */
import { readlinkSync } from 'node:fs';
import { probeSections } from './probe-script.ts';

/** Lines by section. */
export type Report = ReadonlyMap<string, readonly string[]>;

export interface Surroundings {
  /** The bundle's path and the container's id: they stand for themselves. */
  readonly bundle: string;
  readonly id: string;
  /** Names for namespaces that are not new, by what readlink says: `net:[4026531840]`. */
  readonly namespaces: ReadonlyMap<string, string>;
}

/** The namespaces of a process, named for a report; those of this one are the runtime's caller's. */
export function hostNamespaces(
  pid: number | string = 'self',
  name = "the host's",
): ReadonlyMap<string, string> {
  const kinds = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'user', 'uts'];
  return new Map(kinds.map((kind) => [readlinkSync(`/proc/${pid}/ns/${kind}`), name]));
}

/** @throws Error where the script did not come to its end */
export function readReport(output: string, surroundings: Surroundings): Report {
  const report = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of output.split('\n')) {
    const name = /^== (.+)$/.exec(line)?.[1];
    if (name !== undefined) {
      lines = [];
      report.set(name, lines);
    } else if (line !== '') lines.push(line);
  }
  const missing = [...probeSections, 'end'].filter((name) => !report.has(name));
  if (missing.length > 0) throw new Error(`the probe has no section "${missing[0]}":\n${output}`);
  return new Map(
    [...report].map(([name, found]) => [
      name,
      clean(name, found, surroundings).filter((line) => line !== ''),
    ]),
  );
}

/** Fields of /proc/PID/status that depend on the moment, not on the container. */
const volatile =
  /^(Name|State|T?g?Tgid|Ngid|Pid|PPid|TracerPid|NS\w+|FDSize|Vm\w+|Rss\w+|HugetlbPages|SigQ|\w+_ctxt_switches):/;

function clean(section: string, lines: readonly string[], surroundings: Surroundings): string[] {
  const { bundle, id, namespaces } = surroundings;
  const named = lines.map((line) => line.replaceAll(bundle, 'BUNDLE').replaceAll(id, 'ID'));
  switch (section) {
    case 'status':
      return named.map((line) => (volatile.test(line) ? '' : line.replaceAll('\t', ' ')));
    case 'mounts':
      return named.map(cleanMount);
    case 'namespaces':
      return named.map((line) => {
        const [name = '', link = ''] = line.split(' ');
        return `${name} ${namespaces.get(link) ?? (/^\w+:\[\d+\]$/.test(link) ? 'new' : link)}`;
      });
    case 'descriptors':
      return named.map((line) => line.replace(/:\[\d+\]/, '').replace(/pos:\d+/, ''));
    case 'keys':
      // Those of other containers of the same user are in the list too.
      return named
        .filter((line) => line.includes('ID'))
        .map((line) => line.replace(/^\S+\s+(\S+)\s+\S+\s+/, '$1 '));
    case 'network':
      return named.map((line) => line.replace(/@if\d+|qlen \d+/g, '').trimEnd());
    default:
      return named;
  }
}

/** Without ids and device numbers, proc_pid_mountinfo(5). */
function cleanMount(line: string): string {
  const [, , , root, target, options, ...rest] = line.split(' ');
  const dash = rest.indexOf('-');
  const propagation = rest.slice(0, dash).map((field) => field.replace(/:\d+$/, ''));
  const [type, source, superblock] = rest.slice(dash + 1);
  return [target, type, root, options, ...propagation, '-', source, superblock].join(' ');
}
