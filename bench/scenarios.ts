/** The scopes and the rows of the table. */
import { type CountedCommand, countedCommands, type Task } from './protocol.ts';

/**
 * `cold page cache` is measured last, because a file that was read again lies in the cache in smaller pieces.
 * Relative: the same commands with `--root` relative to the working directory.
 */
export const scopeNames = [
  'root',
  'root, relative --root',
  'rootless',
  'rootless, relative --root',
  'cold page cache',
] as const;
export type ScopeName = (typeof scopeNames)[number];

/** What a command does to the container's cgroups, if the runtime gives it any. */
export type CgroupWork =
  | 'creates, joins, removes'
  | 'creates, joins'
  | 'joins'
  | 'removes'
  | 'reads'
  | 'writes a limit'
  | 'freezes, thaws'
  | 'none';

export interface Row {
  /** The name that targets and charts use. */
  readonly id: string;
  readonly title: string;
  readonly task: Task;
  /** Which part of the task's sample. */
  readonly part: string;
  /** The difference of two measurements, which can be zero: it has no ratio. */
  readonly difference?: true;
  readonly unit: 'ms' | 's' | 'MB' | 'KiB' | 'million' | 'count';
  readonly work: CgroupWork;
}

type Described = Omit<Row, 'id' | 'task' | 'part' | 'unit'> & Partial<Row>;

/** A row; if not said otherwise the task is named like the row, and so is the part of its sample. */
function row(id: string, described: Described): Row {
  const task = (described.task ?? id) as Task;
  return { id, task, part: id, unit: 'ms', ...described };
}

const all: CgroupWork = 'creates, joins, removes';

const workOf: Readonly<Record<CountedCommand, CgroupWork>> = {
  create: 'creates, joins',
  run: all,
  exec: 'joins',
  start: 'none',
  state: 'none',
  delete: 'removes',
};

const counted: readonly Row[] = countedCommands.map((command) =>
  row(`count-${command}`, {
    title: `${command}, instructions`,
    part: 'instructions',
    unit: 'million',
    work: workOf[command],
  }),
);

/** The instructions of a command stand below its time. */
function withCount(...timed: readonly Row[]): Row[] {
  const command = timed.at(-1)?.id;
  return [...timed, ...counted.filter(({ id }) => id === `count-${command}`)];
}

export const rows: readonly Row[] = [
  ...withCount(row('run', { title: 'run', work: all })),
  row('run-cpu', { title: 'run, processor time', task: 'run', part: 'cpu', work: all }),
  row('run-faults', { title: 'run, page faults', task: 'run', part: 'faults', unit: 'count', work: all }),
  ...withCount(row('create', { title: 'create', task: 'lifecycle', work: 'creates, joins' })),
  ...withCount(row('start', { title: 'start', task: 'lifecycle', work: 'none' })),
  ...withCount(row('delete', { title: 'delete', task: 'lifecycle', work: 'removes' })),
  row('sum', { title: 'create + start + delete', task: 'lifecycle', work: all }),
  ...withCount(row('exec', { title: 'exec', work: 'joins' })),
  row('exec-cpu', { title: 'exec, processor time', task: 'exec', part: 'cpu', work: 'joins' }),
  row('exec-tty', { title: 'exec --tty', work: 'joins' }),
  ...withCount(row('state', { title: 'state', work: 'none' })),
  row('kill', { title: 'kill', work: 'none' }),
  row('delete-running', {
    title: 'delete --force, running',
    task: 'forced',
    part: 'running',
    work: 'removes',
  }),
  row('delete-created', {
    title: 'delete --force, created',
    task: 'forced',
    part: 'created',
    work: 'removes',
  }),
  row('delete-crowd', {
    title: 'delete --force, 100 processes',
    task: 'forced',
    part: 'crowd',
    work: 'removes',
  }),
  row('list', { title: 'list', work: 'none' }),
  row('ps', { title: 'ps', work: 'reads' }),
  row('events', { title: 'events --stats', work: 'reads' }),
  row('update', { title: 'update --pids-limit', work: 'writes a limit' }),
  row('pause', { title: 'pause', work: 'freezes, thaws' }),
  row('resume', { title: 'resume', task: 'pause', work: 'freezes, thaws' }),
  row('features', { title: 'features', work: 'none' }),
  row('version', { title: '--version', work: 'none' }),
  row('help', { title: '--help', work: 'none' }),
  row('parallel', { title: '100 runs, 8 at a time', unit: 's', work: all }),
  row('limits', { title: 'run with limits', part: 'more', work: all }),
  row('limits-cost', {
    title: 'of that, the limits',
    task: 'limits',
    part: 'cost',
    difference: true,
    work: all,
  }),
  row('filter', { title: "run with Docker's seccomp profile", part: 'more', work: all }),
  row('filter-cost', {
    title: 'of that, the profile',
    task: 'filter',
    part: 'cost',
    difference: true,
    work: all,
  }),
  row('podman', { title: 'podman run', work: all }),
  row('peak-memory', { title: 'peak memory of run', part: 'peak', unit: 'MB', work: all }),
  row('created-memory', {
    title: 'memory of a created container',
    task: 'create',
    part: 'resident',
    unit: 'KiB',
    work: 'creates, joins',
  }),
  row('foreground-memory', {
    title: 'memory of run while the container lives',
    task: 'foreground',
    part: 'resident',
    unit: 'MB',
    work: 'creates, joins',
  }),
  row('cold', { title: 'run, cold page cache', work: all }),
];

/** @throws Error if there is no such row */
export function rowOf(id: string): Row {
  const found = rows.find((one) => one.id === id);
  if (found === undefined) throw new Error(`there is no row "${id}"`);
  return found;
}

/** Samples are milliseconds, bytes or counts. */
export const perUnit: Readonly<Record<Row['unit'], number>> = {
  ms: 1,
  s: 1000,
  MB: 1e6,
  KiB: 1024,
  million: 1e6,
  count: 1,
};
