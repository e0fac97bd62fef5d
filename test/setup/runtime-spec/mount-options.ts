/** The mount options of the OCI runtime specification 1.3.0 (config.md, "Linux mount options"), by what is asked of a runtime. */
export type Level = 'MUST' | 'SHOULD' | 'MAY';

const MUST = [
  ...[
    'async',
    'atime',
    'bind',
    'defaults',
    'dev',
    'diratime',
    'dirsync',
    'exec',
    'iversion',
    'lazytime',
    'loud',
  ],
  ...[
    'noatime',
    'nodev',
    'nodiratime',
    'noexec',
    'noiversion',
    'nolazytime',
    'norelatime',
    'nostrictatime',
    'nosuid',
  ],
  ...[
    'private',
    'rbind',
    'relatime',
    'remount',
    'ro',
    'rprivate',
    'rshared',
    'rslave',
    'runbindable',
    'rw',
    'shared',
  ],
  ...['silent', 'slave', 'strictatime', 'suid', 'sync', 'unbindable'],
];
const SHOULD = [
  ...['idmap', 'nosymfollow', 'ratime', 'rdev', 'rdiratime', 'rexec', 'ridmap', 'rnoatime', 'rnodiratime'],
  ...[
    'rnoexec',
    'rnorelatime',
    'rnostrictatime',
    'rnosuid',
    'rnosymfollow',
    'rrelatime',
    'rro',
    'rrw',
    'rstrictatime',
  ],
  ...['rsuid', 'rsymfollow', 'symfollow'],
];
const MAY = ['mand', 'nomand', 'tmpcopyup'];

export const specMountOptions: ReadonlyMap<string, Level> = new Map(
  [
    ...MUST.map((name): [string, Level] => [name, 'MUST']),
    ...SHOULD.map((name): [string, Level] => [name, 'SHOULD']),
    ...MAY.map((name): [string, Level] => [name, 'MAY']),
  ].sort(([a], [b]) => (a < b ? -1 : 1)),
);

/** Not in the specification's table, which has `rdev`; every runtime knows it. */
export const unlistedMountOptions: readonly string[] = ['rnodev'];
