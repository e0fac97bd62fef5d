/** `mounts[]`: config.md, section Mounts. */

import { Type } from '@sinclair/typebox';
import { IdMappings } from './id-mappings.ts';
import { Strings } from './values.ts';

export const Mount = Type.Object({
  destination: Type.String(),
  type: Type.Optional(Type.String()),
  source: Type.Optional(Type.String()),
  options: Type.Optional(Strings),
  uidMappings: Type.Optional(IdMappings),
  gidMappings: Type.Optional(IdMappings),
});
