/** Errors of a copy: what could not be copied, and the tmpfs that is too small for it. */

import { RuntimeError } from '../../errors/runtime-error.ts';
import type { CallRunner } from '../../init/call-runner.ts';
import { decodeUtf8, viewOf } from '../../kernel/bytes.ts';
import type { Call } from '../../kernel/call.ts';
import { fstatfs } from '../../kernel/calls/file.ts';
import { describeErrno, ENOSPC, errnoName } from '../../kernel/errno.ts';

export interface CopyUp {
  /** Of the mount, for messages. */
  readonly destination: string;
  readonly pointer: string;
}

export interface Failed {
  readonly call: Call;
  readonly errno: number;
  /** Of the entry, with a NUL. */
  readonly name: Uint8Array;
  /** Bytes that the entry takes. */
  readonly size: bigint;
}

/** @param tree the tmpfs */
export function copyFailure(copy: CopyUp, runner: CallRunner, tree: number, failed: Failed): RuntimeError {
  if (failed.errno === ENOSPC) return noRoom(copy, runner, tree, failed);
  const { call, errno } = failed;
  // Whoever executes the step says what it is for.
  const message = `${JSON.stringify(nameOf(failed))}: ${call.name}: ${describeErrno(errno)}`;
  return new RuntimeError('system', message, {
    pointer: copy.pointer,
    call: call.name,
    errno: errnoName(errno),
    hint: 'remove "tmpcopyup" from the options of the mount to begin with an empty tmpfs',
  });
}

function noRoom(copy: CopyUp, runner: CallRunner, tree: number, failed: Failed): RuntimeError {
  const room = roomOf(runner, tree);
  const { call, errno } = failed;
  const has = room.freeFiles === 0n ? `has room for ${room.files} files` : `has ${room.size} bytes`;
  const needs =
    room.freeFiles === 0n
      ? `it has more entries than that`
      : `what is copied up to ${JSON.stringify(nameOf(failed))} takes ${room.used + failed.size} or more`;
  const option = room.freeFiles === 0n ? '"nr_inodes=" or "size="' : '"size="';
  const message = `cannot copy "${copy.destination}" up: ${call.name}: ${describeErrno(errno)}: the tmpfs ${has}, ${needs}`;
  return new RuntimeError('config', message, {
    pointer: `${copy.pointer}/options`,
    call: call.name,
    errno: errnoName(errno),
    hint: `the tmpfs is too small for what it covers: give it a larger ${option}, or remove "tmpcopyup" from its options`,
  });
}

function nameOf({ name }: Failed): string {
  return decodeUtf8(name.subarray(0, -1));
}

interface Room {
  /** Bytes. */
  readonly size: bigint;
  readonly used: bigint;
  readonly files: bigint;
  readonly freeFiles: bigint;
}

/** struct statfs of 64-bit machines: f_bsize, f_blocks, f_bfree, f_bavail, f_files, f_ffree from the second word on. */
function roomOf(runner: CallRunner, tree: number): Room {
  const look = fstatfs(tree);
  runner.run([look]);
  const bytes = runner.bytes(look);
  const view = viewOf(bytes);
  const word = (index: number) => view.getBigUint64(index * 8, true);
  const [block, blocks, free] = [word(1), word(2), word(3)];
  // Without any limit on files there are none to count.
  const [files, freeFiles] = [word(5), word(5) === 0n ? 1n : word(6)];
  return { size: block * blocks, used: block * (blocks - free), files, freeFiles };
}
