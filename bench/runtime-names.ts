/** The runtimes that are compared, as options, tables and charts name them. */
export const runtimeNames = [
  'tsrun',
  'tsrun on Node',
  'runc',
  'crun',
  'runc of Debian 13',
  'crun of Debian 13',
  'runc of sid',
  'crun of sid',
] as const;

/** Without a release: that of Debian 12. */
export type RuntimeName = (typeof runtimeNames)[number];

/** Ratios in tables refer to it. */
export const REFERENCE: RuntimeName = 'runc';
