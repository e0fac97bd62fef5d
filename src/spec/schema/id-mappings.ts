/** `uidMappings`, `gidMappings`: config-linux.md, User namespace mappings; config.md, idmapped mounts. */

import { Type } from '@sinclair/typebox';
import { Uint32 } from './values.ts';

export const IdMapping = Type.Object({
  containerID: Uint32,
  hostID: Uint32,
  size: Uint32,
});

export const IdMappings = Type.Array(IdMapping);
