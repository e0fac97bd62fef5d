/** Processor time of children, getrusage(2): Node tells its own alone. */
import { libcFunction } from '../src/kernel/js-runtime/koffi.ts';

const RUSAGE_CHILDREN = -1;
/** struct rusage: two times, fourteen numbers. */
const SIZE = 16 * 2 + 8 * 14;

/** Milliseconds, user and system, of all children that have ended and were waited for, and of theirs. */
export function childrenTime(): number {
  const usage = new Uint8Array(SIZE);
  libcFunction('int getrusage(int who, void *usage)')(RUSAGE_CHILDREN, usage);
  const view = new DataView(usage.buffer);
  const at = (offset: number) =>
    Number(view.getBigInt64(offset, true)) * 1000 + Number(view.getBigInt64(offset + 8, true)) / 1000;
  return at(0) + at(16);
}
