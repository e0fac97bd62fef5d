/** `process.user`: config.md, section POSIX-platform User. */

import { Type } from '@sinclair/typebox';
import { Id, Uint32 } from './values.ts';

export const User = Type.Object({
  uid: Id,
  gid: Id,
  umask: Type.Optional(Uint32),
  additionalGids: Type.Optional(Type.Array(Id)),
  /** Windows only, but engines may write it. */
  username: Type.Optional(Type.String()),
});
