/** Which tasks are measured in which scope, how often, and how long that takes. */
import { type BenchOptions, OptionError } from './options.ts';
import { countedCommands, type Task } from './protocol.ts';
import { rows, type ScopeName, scopeNames } from './scenarios.ts';

/** So many samples: those of `--runs`, half or a fifth of them, those of `--batches`, or one. */
export type Repetition = 'runs' | 'half' | 'few' | 'batches' | 'once';

export interface Measurement {
  readonly task: Task;
  readonly how: Repetition;
}

export type Plan = readonly (readonly [ScopeName, readonly Measurement[]])[];

/** Samples before the first one that counts: they pay for what is cached afterwards. */
export const WARM_UP = 2;

const measurement =
  (how: Repetition) =>
  (task: Task): Measurement => ({ task, how });

const common: readonly Measurement[] = (
  [
    'run',
    'lifecycle',
    'exec',
    'exec-tty',
    'state',
    'kill',
    'list',
    'ps',
    'events',
    'update',
    'pause',
  ] as const
).map(measurement('runs'));

const whole: readonly Measurement[] = [
  ...common,
  ...(['features', 'version', 'help', 'forced', 'filter'] as const).map(measurement('half')),
  { task: 'parallel', how: 'batches' },
  ...(['peak-memory', 'create', 'foreground'] as const).map(measurement('few')),
];

const counts = countedCommands.map((command) => measurement('once')(`count-${command}`));

/** An ordinary user without a delegated cgroup has no limits. */
const measurements: Readonly<Record<ScopeName, readonly Measurement[]>> = {
  root: [...whole, { task: 'limits', how: 'half' }, { task: 'podman', how: 'few' }, ...counts],
  'root, relative --root': [...common, { task: 'forced', how: 'few' }],
  rootless: whole,
  'rootless, relative --root': [...common, { task: 'forced', how: 'few' }],
  'cold page cache': [{ task: 'cold', how: 'few' }],
};

/** @throws OptionError for names that are not rows */
export function makePlan({ only }: Pick<BenchOptions, 'only'>, isRoot: boolean): Plan {
  const wanted = only && chosenTasks(only);
  return scopeNames
    .filter((name) => isRoot || !name.startsWith('root,'))
    .filter((name) => isRoot || name !== 'root')
    .map((name) => {
      // The instructions of a command are the same for everybody; only the first scope counts them.
      const own = name === 'rootless' && !isRoot ? [...measurements[name], ...counts] : measurements[name];
      return [name, own.filter(({ task }) => wanted?.includes(task) ?? true)] as const;
    })
    .filter(([, own]) => own.length > 0);
}

function chosenTasks(only: readonly string[]): Task[] {
  return only.flatMap((name) => {
    const chosen = rows.filter(
      ({ id }) => id === name || (name === 'instructions' && id.startsWith('count-')),
    );
    if (chosen.length > 0) return chosen.map(({ task }) => task);
    const names = rows.map(({ id }) => id).join(', ');
    throw new OptionError(`--only: there is no row "${name}"; the rows are ${names}, instructions`);
  });
}

export function repetitions(
  how: Repetition,
  { runs, batches }: Pick<BenchOptions, 'runs' | 'batches'>,
): number {
  const half = Math.max(2, Math.ceil(runs / 2));
  const few = Math.max(2, Math.ceil(runs / 5));
  return { runs, half: Math.min(half, runs), few: Math.min(few, runs), batches, once: 1 }[how];
}

/** Milliseconds of one round with eight runtimes, as measured on two processors of 2.5 GHz. */
const roundCost: Readonly<Partial<Record<Task, number>>> = {
  run: 170,
  lifecycle: 190,
  exec: 120,
  'exec-tty': 130,
  forced: 1800,
  filter: 420,
  limits: 340,
  'peak-memory': 260,
  create: 250,
  foreground: 9900,
  parallel: 9000,
  podman: 1100,
  cold: 600,
  pause: 110,
};
const COUNT_COST = 15_000;
const SINGLE_COST = 50;
/** Starting and ending the workers of a scope. */
const SCOPE_COST = 5000;

export function estimatedMinutes(plan: Plan, options: Pick<BenchOptions, 'runs' | 'batches'>): number {
  const milliseconds = plan.flatMap(([, own]) => [
    SCOPE_COST,
    ...own.map(({ task, how }) => (repetitions(how, options) + warmUp(how)) * costOf(task)),
  ]);
  return milliseconds.reduce((sum, one) => sum + one, 0) / 60_000;
}

function costOf(task: Task): number {
  return roundCost[task] ?? (task.startsWith('count-') ? COUNT_COST : SINGLE_COST);
}

/** Rounds that are taken and not kept. */
export function warmUp(how: Repetition): number {
  return how === 'runs' || how === 'half' ? WARM_UP : 0;
}
