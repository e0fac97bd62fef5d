/** `process`: config.md, section Process. Also the whole of the file that `exec --process` takes. */

import { Type } from '@sinclair/typebox';
import { Capabilities } from './capabilities.ts';
import { Rlimit } from './rlimit.ts';
import { CpuAffinity, IoPriority, Scheduler } from './scheduling.ts';
import { User } from './user.ts';
import { Strings, Uint16 } from './values.ts';

export const ConsoleSize = Type.Object({
  height: Uint16,
  width: Uint16,
});

export const Process = Type.Object({
  terminal: Type.Optional(Type.Boolean()),
  consoleSize: Type.Optional(ConsoleSize),
  user: User,
  args: Strings,
  env: Type.Optional(Strings),
  cwd: Type.String(),
  capabilities: Type.Optional(Capabilities),
  rlimits: Type.Optional(Type.Array(Rlimit)),
  noNewPrivileges: Type.Optional(Type.Boolean()),
  apparmorProfile: Type.Optional(Type.String()),
  selinuxLabel: Type.Optional(Type.String()),
  oomScoreAdj: Type.Optional(Type.Integer({ minimum: -1000, maximum: 1000 })),
  scheduler: Type.Optional(Scheduler),
  ioPriority: Type.Optional(IoPriority),
  execCPUAffinity: Type.Optional(CpuAffinity),
});
