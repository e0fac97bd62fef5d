/** `hooks`: config.md, section POSIX-platform Hooks. */

import { Type } from '@sinclair/typebox';
import { Int32, Strings } from './values.ts';

export const Hook = Type.Object({
  path: Type.String(),
  args: Type.Optional(Strings),
  env: Type.Optional(Strings),
  /** Seconds. */
  timeout: Type.Optional(Int32),
});

const HookList = Type.Optional(Type.Array(Hook));

export const Hooks = Type.Object({
  prestart: HookList,
  createRuntime: HookList,
  createContainer: HookList,
  startContainer: HookList,
  poststart: HookList,
  poststop: HookList,
});
