/** `process.rlimits[]`: config.md, section POSIX process; getrlimit(2). */

import { Type } from '@sinclair/typebox';
import { choice, Uint64 } from './values.ts';

export const RlimitType = choice([
  'RLIMIT_AS',
  'RLIMIT_CORE',
  'RLIMIT_CPU',
  'RLIMIT_DATA',
  'RLIMIT_FSIZE',
  'RLIMIT_LOCKS',
  'RLIMIT_MEMLOCK',
  'RLIMIT_MSGQUEUE',
  'RLIMIT_NICE',
  'RLIMIT_NOFILE',
  'RLIMIT_NPROC',
  'RLIMIT_RSS',
  'RLIMIT_RTPRIO',
  'RLIMIT_RTTIME',
  'RLIMIT_SIGPENDING',
  'RLIMIT_STACK',
]);

export const Rlimit = Type.Object({
  type: RlimitType,
  soft: Uint64,
  hard: Uint64,
});
