/** Block devices, of version 2's io controller. */
import { amount, type BlockIoEntry, nonZero, pressure, type Read } from '../stats/stats.ts';

/** `8:0 rbytes=1 wbytes=2 rios=3 wios=4 …`, as the two tables of version 1. */
export function ioStats(read: Read): object {
  const lines = read('io.stat')
    .split('\n')
    .filter((line) => line !== '');
  return {
    ...nonZero({
      ioServiceBytesRecursive: entries(lines, { rbytes: 'Read', wbytes: 'Write' }),
      ioServicedRecursive: entries(lines, { rios: 'Read', wios: 'Write' }),
    }),
    ...pressure(read('io.pressure')),
  };
}

function entries(lines: readonly string[], operations: Readonly<Record<string, string>>): BlockIoEntry[] {
  return lines.flatMap((line) => {
    const [device = '', ...values] = line.split(' ');
    const [major = '0', minor = '0'] = device.split(':');
    return values.flatMap((item) => {
      const [key = '', value = '0'] = item.split('=');
      const op = operations[key];
      return op === undefined
        ? []
        : [nonZero({ major: amount(major), minor: amount(minor), op, value: amount(value) })];
    });
  });
}
