/** `root`: config.md, section Root. */

import { Type } from '@sinclair/typebox';

export const Root = Type.Object({
  path: Type.String(),
  readonly: Type.Optional(Type.Boolean()),
});
