/** Which memory of this process is given back. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fileMappings } from '../../../src/kernel/own-memory.ts';

const entry = (line: string, pageSize: number, anonymous: number) => `${line}
Size:                 64 kB
KernelPageSize:  ${String(pageSize).padStart(7)} kB
MMUPageSize:           4 kB
Rss:                  64 kB
Private_Dirty:        12 kB
Anonymous:       ${String(anonymous).padStart(7)} kB
Swap:                  0 kB
VmFlags: rd ex mr mw me sd
`;

test('mappings of files are told from others, and changed ones from those that were only read', () => {
  const smaps = [
    entry('00401000-00560000 r-xp 00001000 fe:00 2302599                            /bin/tsrun', 4, 0),
    entry('200000000-2003e0000 rw-p 00209000 fe:00 2302599                          /bin/tsrun', 64, 12),
    entry('300000000-302000000 rw-p 00000000 00:00 0', 4, 64),
    entry('ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0          [vsyscall]', 4, 0),
  ].join('');
  expect(fileMappings(smaps)).toEqual([
    { start: 0x401000, end: 0x560000, pageSize: 4096, isChanged: false },
    { start: 0x2_0000_0000, end: 0x2_003e_0000, pageSize: 65536, isChanged: true },
  ]);
});

test('a mapping that the kernel says nothing about counts as changed', () => {
  const [mapping] = fileMappings('00401000-00560000 r-xp 00001000 fe:00 2302599 /bin/tsrun\n');
  expect(mapping).toMatchObject({ isChanged: true, pageSize: Number.POSITIVE_INFINITY });
});

test('those of this process are found', () => {
  const mappings = fileMappings(readFileSync('/proc/self/smaps', 'latin1'));
  expect(mappings.length).toBeGreaterThan(3);
  expect(mappings.some(({ isChanged }) => isChanged)).toBe(true);
  expect(mappings.some(({ isChanged }) => !isChanged)).toBe(true);
});
