/** The content of a file that is large, or has holes: the holes stay holes, however large they are. lseek(2). */
import type { CallRunner } from '../../init/call-runner.ts';
import type { Call } from '../../kernel/call.ts';
import { ftruncate, lseek, sendfile } from '../../kernel/calls/file.ts';
import { SEEK_DATA, SEEK_HOLE, SEEK_SET } from '../../kernel/constants/file.ts';
import { ENXIO } from '../../kernel/errno.ts';

/** The most that one call copies. */
export const MAX_COPY = 0x7fff_f000;
/** Parts that are looked for, and copied, at a time. */
const AT_ONCE = 32;
/** Where a number stands for several offsets: only the end of a file is not at the begin of a block there. */
const INEXACT = 1024;

interface Extent {
  readonly start: number;
  readonly length: number;
}

interface Stopped {
  readonly call: Call;
  readonly errno: number;
}

/** @returns the call that failed; undefined when everything was copied */
export function copyExtents(
  runner: CallRunner,
  input: number,
  output: number,
  size: bigint,
): Stopped | undefined {
  for (let at: number | undefined = 0; at !== undefined; ) {
    const found = findExtents(runner, input, at);
    if ('errno' in found) return found;
    const failed = copyAll(runner, input, output, found.extents);
    if (failed) return failed;
    at = found.next;
  }
  return outcome(runner, ftruncate(output, size));
}

interface Found {
  readonly extents: readonly Extent[];
  /** Where to look for others. */
  readonly next: number | undefined;
}

/** Each call goes on where the one before has ended. */
function findExtents(runner: CallRunner, input: number, at: number): Found | Stopped {
  const calls: Call[] = [];
  for (let count = 0; count < AT_ONCE; count++) {
    const data = lseek(input, calls.at(-1) ?? at, SEEK_DATA);
    calls.push(data, lseek(input, data, SEEK_HOLE));
  }
  const results = runner.run(calls);
  const extents: Extent[] = [];
  for (let index = 0; index < results.length; index += 2) {
    const [start = 0, end = 0] = results.slice(index, index + 2);
    const failed = start < 0 ? start : end;
    if (failed === -ENXIO) return { extents, next: undefined };
    if (failed < 0) return { call: calls[index] as Call, errno: -failed };
    extents.push({ start, length: end - start + (Number.isSafeInteger(end) ? 0 : INEXACT) });
  }
  return { extents, next: results.at(-1) };
}

function copyAll(
  runner: CallRunner,
  input: number,
  output: number,
  extents: readonly Extent[],
): Stopped | undefined {
  const copies = extents.map(({ length }) => sendfile(output, input, Math.min(length, MAX_COPY)));
  const results = runner.run(copies.flatMap((copy, index) => [...seek(extents[index] as Extent), copy]));
  for (const [index, copy] of copies.entries()) {
    const { start, length } = extents[index] as Extent;
    const copied = results[index * 3 + 2] as number;
    if (copied < 0) return { call: copy, errno: -copied };
    if (copied === length) continue;
    const failed = copyRest({ start: start + copied, length: length - copied });
    if (failed) return failed;
  }
  return undefined;

  function seek({ start }: Extent): readonly Call[] {
    return [lseek(input, start, SEEK_SET), lseek(output, start, SEEK_SET)];
  }

  /** What is too long for one call, or has come to an end: that of the file, or of the room for it. */
  function copyRest(extent: Extent): Stopped | undefined {
    runner.run(seek(extent));
    for (let left = extent.length; left > 0; ) {
      const copy = sendfile(output, input, Math.min(left, MAX_COPY));
      const [copied = 0] = runner.run([copy]);
      if (copied < 0) return { call: copy, errno: -copied };
      if (copied === 0) return undefined;
      left -= copied;
    }
    return undefined;
  }
}

function outcome(runner: CallRunner, call: Call): Stopped | undefined {
  const [result = 0] = runner.run([call]);
  return result < 0 ? { call, errno: -result } : undefined;
}
