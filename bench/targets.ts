/** What tsrun is to reach, beside runc and crun in one measurement on an idle machine, as root and rootless. */
import type { ScopeName } from './scenarios.ts';

/** At most so many times what the other runtime takes. */
export interface RatioTarget {
  /** A row of scenarios.ts. */
  readonly row: string;
  readonly against: 'runc' | 'crun';
  readonly atMost: number;
  readonly scopes: readonly ScopeName[];
}

/** At most so much, in the unit of the row. */
export interface AbsoluteTarget {
  readonly row: string;
  readonly atMost: number;
  readonly scopes: readonly ScopeName[];
}

const both: readonly ScopeName[] = ['root', 'rootless'];
const everywhere: readonly ScopeName[] = [...both, 'root, relative --root', 'rootless, relative --root'];

const ratio = (row: string, atMost: number, against: 'runc' | 'crun', scopes = both): RatioTarget => ({
  ...{ row, atMost, against, scopes },
});

/** Commands that were not measured before; each is to be at least as fast as runc's. */
const noSlower = ['list', 'ps', 'events', 'update', 'pause', 'resume'];
const withoutContainer = ['features', 'version', 'help'];

export const ratioTargets: readonly RatioTarget[] = [
  ratio('run', 0.4, 'runc'),
  ratio('run', 1.0, 'crun'),
  ratio('create', 0.45, 'runc'),
  ratio('exec', 0.38, 'runc'),
  ratio('exec', 1.05, 'crun'),
  ratio('start', 0.9, 'crun'),
  ratio('state', 0.75, 'crun'),
  ratio('kill', 0.75, 'crun'),
  ratio('delete', 0.75, 'crun'),
  ratio('sum', 0.45, 'runc'),
  ratio('sum', 1.0, 'crun'),
  ratio('parallel', 0.5, 'runc'),
  ratio('peak-memory', 0.6, 'runc'),
  ratio('cold', 1.0, 'runc', ['cold page cache']),
  ...noSlower.map((row) => ratio(row, 1.0, 'runc', everywhere)),
  ...withoutContainer.map((row) => ratio(row, 1.0, 'runc')),
];

export const absoluteTargets: readonly AbsoluteTarget[] = [
  { row: 'foreground-memory', atMost: 4, scopes: both },
];

/** Bytes of the Debian package. */
export const LARGEST_PACKAGE = 3e6;
