/** Copies extended attributes, xattr(7): file capabilities for one. What the other's filesystem does not take stays away. */

import type { CallRunner } from '../../init/call-runner.ts';
import { decodeUtf8 } from '../../kernel/bytes.ts';
import { fgetxattr, flistxattr, fsetxattr } from '../../kernel/calls/file.ts';

/** Larger lists of names and larger values are left out. */
const NAMES = 1024;
const VALUE = 4096;
/** Values that are read at a time. */
const AT_ONCE = 8;

/** @param input and `output`: open files, or directories */
export function copyAttributes(runner: CallRunner, input: number, output: number): void {
  const list = flistxattr(input, NAMES);
  const [length = 0] = runner.run([list]);
  if (length <= 0) return;
  const names = decodeUtf8(runner.bytes(list).subarray(0, length)).split('\0').filter(Boolean);
  for (let at = 0; at < names.length; at += AT_ONCE)
    copyValues(runner, input, output, names.slice(at, at + AT_ONCE));
}

function copyValues(runner: CallRunner, input: number, output: number, names: readonly string[]): void {
  const reads = names.map((name) => fgetxattr(input, name, VALUE));
  const lengths = runner.run(reads);
  const values = reads.flatMap((read, index) => {
    const length = lengths[index] as number;
    return length < 0 ? [] : [{ name: names[index] as string, value: runner.bytes(read).slice(0, length) }];
  });
  runner.run(values.map(({ name, value }) => fsetxattr(output, name, value)));
}
