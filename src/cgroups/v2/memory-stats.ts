/** Memory, of version 2's memory controller. */
import {
  type Amount,
  amount,
  byName,
  nonZero,
  pressure,
  type Read,
  table,
  type Usage,
} from '../stats/stats.ts';

const NO_LIMIT = 2n ** 64n - 1n;

/** Version 1 counts memory and swap together, and so do those who read this. */
export function memoryStats(read: Read): object {
  const raw = table(read('memory.stat'));
  const value = (file: string) => amount(read(file) || '0');
  const memory = { usage: value('memory.current'), limit: value('memory.max') };
  const swap = { usage: value('memory.swap.current'), limit: value('memory.swap.max') };
  const both = BigInt(swap.limit) === NO_LIMIT ? swap.limit : sum(memory.limit, swap.limit);
  const failures = table(read('memory.events')).get('max') ?? 0;
  const none: Usage = { limit: 0, failcnt: 0 };
  return {
    ...nonZero({ cache: raw.get('file') ?? 0 }),
    usage: {
      limit: memory.limit,
      ...nonZero({ usage: memory.usage, max: value('memory.peak') }),
      failcnt: failures,
    },
    swap:
      read('memory.swap.current') === ''
        ? none
        : { limit: both, ...nonZero({ usage: sum(memory.usage, swap.usage) }), failcnt: 0 },
    kernel: none,
    kernelTCP: none,
    ...(raw.size > 0 ? { raw: byName(raw) } : {}),
    ...pressure(read('memory.pressure')),
  };
}

function sum(a: Amount, b: Amount): Amount {
  return amount(String(BigInt(a) + BigInt(b)));
}
