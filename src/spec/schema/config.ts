/**
 * The whole of config.json for Linux, OCI runtime spec 1.3, config.md. Properties that are not named here are
 * allowed and ignored, as the spec demands.
 *
 * `process` may be absent for `create` by the letter of the spec; like runc and crun we want it there.
 */

import { Type } from '@sinclair/typebox';
import { Hooks } from './hooks.ts';
import { Linux } from './linux.ts';
import { Mount } from './mount.ts';
import { Process } from './process.ts';
import { Root } from './root.ts';
import { mapOf } from './values.ts';

export const Config = Type.Object({
  ociVersion: Type.String(),
  root: Root,
  process: Process,
  hostname: Type.Optional(Type.String()),
  domainname: Type.Optional(Type.String()),
  mounts: Type.Optional(Type.Array(Mount)),
  hooks: Type.Optional(Hooks),
  annotations: Type.Optional(mapOf(Type.String())),
  linux: Type.Optional(Linux),
});
