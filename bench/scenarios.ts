/** The rows of the table. */
import type { Task } from './protocol.ts';
import type { ScopeName } from './results.ts';

export interface Row {
  readonly title: string;
  readonly task: Task;
  /** Which part of the task's sample. */
  readonly part: string;
  /** The difference of two measurements, which can be nothing: it has no ratio. */
  readonly difference?: true;
  readonly unit: 'ms' | 's' | 'MB' | 'KiB';
}

export const rows: readonly Row[] = [
  { title: 'run true', task: 'run', part: 'run', unit: 'ms' },
  { title: 'processor time of that', task: 'run', part: 'cpu', unit: 'ms' },
  { title: 'create', task: 'lifecycle', part: 'create', unit: 'ms' },
  { title: 'start', task: 'lifecycle', part: 'start', unit: 'ms' },
  { title: 'delete', task: 'lifecycle', part: 'delete', unit: 'ms' },
  { title: 'create + start + delete', task: 'lifecycle', part: 'sum', unit: 'ms' },
  { title: 'run true with limits', task: 'limits', part: 'more', unit: 'ms' },
  { title: 'of that, the limits', task: 'limits', part: 'cost', unit: 'ms', difference: true },
  { title: "run true with Docker's seccomp profile", task: 'filter', part: 'more', unit: 'ms' },
  { title: 'of that, the profile', task: 'filter', part: 'cost', unit: 'ms', difference: true },
  { title: 'run true with a device rule', task: 'rules', part: 'more', unit: 'ms' },
  { title: 'of that, the rule', task: 'rules', part: 'cost', unit: 'ms', difference: true },
  { title: 'delete --force, running', task: 'forced', part: 'running', unit: 'ms' },
  { title: 'delete --force, created', task: 'forced', part: 'created', unit: 'ms' },
  { title: 'delete --force, 100 processes', task: 'forced', part: 'crowd', unit: 'ms' },
  { title: 'exec true', task: 'exec', part: 'exec', unit: 'ms' },
  { title: 'processor time of that', task: 'exec', part: 'cpu', unit: 'ms' },
  { title: 'state', task: 'state', part: 'state', unit: 'ms' },
  { title: 'kill', task: 'kill', part: 'kill', unit: 'ms' },
  { title: '100 runs, one by one', task: 'sequence', part: 'sequence', unit: 's' },
  { title: '100 runs, 8 at a time', task: 'parallel', part: 'parallel', unit: 's' },
  { title: 'peak memory of run', task: 'peak-memory', part: 'peak', unit: 'MB' },
  { title: 'memory of a created container', task: 'create', part: 'resident', unit: 'KiB' },
  { title: 'podman run', task: 'podman', part: 'podman', unit: 'ms' },
  { title: 'run true', task: 'cold', part: 'cold', unit: 'ms' },
];

/** Samples are milliseconds or bytes. */
export const perUnit: Readonly<Record<Row['unit'], number>> = { ms: 1, s: 1000, MB: 1e6, KiB: 1024 };

/** How often a task is measured: so many samples, `few` (a fifth of them), or so many batches. */
export type Repetition = readonly [Task, 'runs' | 'few' | 'batches'];

const common: readonly Repetition[] = [
  ['run', 'runs'],
  ['lifecycle', 'runs'],
  ['forced', 'runs'],
  ['filter', 'runs'],
  ['exec', 'runs'],
  ['state', 'runs'],
  ['kill', 'runs'],
  ['peak-memory', 'few'],
  ['sequence', 'batches'],
  ['parallel', 'batches'],
];

/** An ordinary user has no limits without a delegated cgroup. Where version 2 is alone, what it has to do with. */
export const repetitions: Readonly<Record<ScopeName, readonly Repetition[]>> = {
  root: [['limits', 'runs'], ...common, ['podman', 'few']],
  rootless: common,
  'root, version 2': [
    ['rules', 'runs'],
    ['forced', 'runs'],
  ],
  'cold page cache': [['cold', 'few']],
};
