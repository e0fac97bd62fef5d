/** Block devices, of version 1's blkio controller: kernel, admin-guide/cgroup-v1/blkio-controller.rst. */
import { amount, type BlockIoEntry, nonZero, type Read } from '../stats/stats.ts';

const names = {
  ioServiceBytesRecursive: 'io_service_bytes_recursive',
  ioServicedRecursive: 'io_serviced_recursive',
  ioQueueRecursive: 'io_queued_recursive',
  ioServiceTimeRecursive: 'io_service_time_recursive',
  ioWaitTimeRecursive: 'io_wait_time_recursive',
  ioMergedRecursive: 'io_merged_recursive',
  ioTimeRecursive: 'time_recursive',
  sectorsRecursive: 'sectors_recursive',
} as const;

/** Who counts: the I/O scheduler that the kernel has; where none does, the throttling layer. */
const counters = ['blkio.bfq', 'blkio', 'blkio.throttle'];

export function blkioStats(read: Read): object {
  const counter = counters.find((prefix) => entries(read(`${prefix}.io_serviced_recursive`)).length > 0);
  if (counter === undefined) return {};
  return nonZero(
    Object.fromEntries(
      Object.entries(names).map(([name, file]) => [name, entries(read(`${counter}.${file}`))]),
    ),
  );
}

/** `8:0 Read 4096`, and a last line with the total of all. */
function entries(text: string): BlockIoEntry[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.split(/[ :]/);
    if (fields.length < 3) return [];
    const [major = '', minor = '', third = '', fourth] = fields;
    const [op, value] = fourth === undefined ? ['', third] : [third, fourth];
    return [nonZero({ major: amount(major), minor: amount(minor), op: op, value: amount(value) })];
  });
}
