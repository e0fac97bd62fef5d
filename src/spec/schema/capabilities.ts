/**
 * `process.capabilities`: config.md, section Linux Process. Names are free strings: one that the kernel does
 * not know is a warning of the runtime, not an error.
 */

import { Type } from '@sinclair/typebox';
import { Strings } from './values.ts';

export const Capabilities = Type.Object({
  effective: Type.Optional(Strings),
  bounding: Type.Optional(Strings),
  inheritable: Type.Optional(Strings),
  permitted: Type.Optional(Strings),
  ambient: Type.Optional(Strings),
});
