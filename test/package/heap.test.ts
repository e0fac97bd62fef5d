/** The heap in the executable: a new block in a free one between others would cost the copy of a page. */
import { spawnSync } from 'node:child_process';
import { constants, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { Starter, wait } from '../../bench/posix-spawn.ts';
import { makeExecutable } from '../../scripts/build/executable.ts';
import { hostArch } from '../../scripts/build/paths.ts';
import { need } from '../setup/needs.ts';

/** Of a word. */
const SIZE = 8;
/** In src/native/heap.c, `struct heap`, in words: the address of QuickJS's JSRuntime, and the end of the blocks. */
const RUNTIME = 0;
const NEXT = 4;
/** In JSRuntime, in words: the number of blocks that QuickJS has not released. */
const MALLOC_COUNT = 4;

test('has only blocks that QuickJS uses', (context) => {
  need(context, 'gcc');
  const { address, word } = savedHeap(join(inject('packages').directory, 'bin/tsrun'));
  const runtime = word(RUNTIME) - address;
  const end = word(NEXT) - address;
  let blocks = 0;
  // JSRuntime is the first block. The size of each stands in front of it.
  for (let block = runtime; block < end; block += word(block / SIZE - 1) + SIZE) blocks += 1;
  expect(blocks).toBeGreaterThan(10_000);
  expect(blocks).toBe(word(runtime / SIZE + MALLOC_COUNT));
});

test('has what commands write to in few pages', (context) => {
  need(context, 'gcc');
  const program = join(inject('packages').directory, 'bin/tsrun');
  const starter = new Starter([
    ['/dev/null', constants.O_RDONLY],
    ['/dev/null', constants.O_WRONLY],
    ['/dev/null', constants.O_WRONLY],
  ]);
  const faults = () =>
    wait(starter.start(program, ['--root', '/nonexistent', 'state', 'unknown'], [])).faults;
  const ofRuns = Array.from({ length: 10 }, faults);
  // Without the rehearsals of the build there are more than 200. A page that the kernel reclaims is one more.
  expect(Math.min(...ofRuns)).toBeLessThan(160);
});

test('is not made of a program that is evaluated differently each time', async (context) => {
  need(context, 'gcc');
  const directory = mkdtempSync(join(tmpdir(), 'tsrun-heap-'));
  const making = { arch: hostArch(), commit: 'unknown', entry: 'test/package/process-dependent.ts' };
  try {
    await expect(makeExecutable(join(directory, 'tsrun'), making)).rejects.toThrow(
      'two evaluations of the program allocated different blocks',
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
});

function savedHeap(program: string): { readonly address: number; readonly word: (index: number) => number } {
  const { stdout } = spawnSync('readelf', ['--wide', '--section-headers', program], { encoding: 'utf8' });
  const section = /\.heap +PROGBITS +(\w+) (\w+) (\w+)/.exec(stdout) ?? [];
  const [address = 0, offset = 0, size = 0] = section.slice(1).map((digits) => Number.parseInt(digits, 16));
  const bytes = readFileSync(program).subarray(offset, offset + size);
  return { address, word: (index) => Number(bytes.readBigUInt64LE(index * SIZE)) };
}
