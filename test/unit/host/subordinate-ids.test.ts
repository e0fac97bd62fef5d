import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { userName } from '../../../src/host/passwd.ts';
import { findIdMapHelper, freeRange, subordinateRanges } from '../../../src/host/subordinate-ids.ts';

let etc: string;

beforeEach(() => {
  etc = mkdtempSync(join(tmpdir(), 'tsrun-etc-'));
});

afterEach(() => {
  rmSync(etc, { recursive: true });
});

function write(file: string, ...lines: readonly string[]): void {
  writeFileSync(join(etc, file), lines.map((line) => `${line}\n`).join(''));
}

describe('subordinate ids', () => {
  beforeEach(() => {
    write('passwd', 'root:x:0:0::/root:/bin/sh', 'ann:x:1000:100::/home/ann:/bin/sh', 'annex:x:10000:100:::');
  });

  test('are those of the name and of the number, in the order of the file', () => {
    write('subuid', '1000:300000:10', 'bob:100000:65536', 'ann:200000:65536', 'annex:400000:1');
    expect(subordinateRanges('subuid', 1000, etc)).toEqual([
      { start: 300000, size: 10 },
      { start: 200000, size: 65536 },
    ]);
  });

  test('are none where a line is not understood, commented out, or empty', () => {
    write('subgid', '# ann:1:2', '', 'ann:x:65536', 'ann:100000:0', 'ann:100000', 'ann:-5:7');
    expect(subordinateRanges('subgid', 1000, etc)).toEqual([]);
  });

  test('are none where the file is missing', () => {
    expect(subordinateRanges('subuid', 1000, etc)).toEqual([]);
  });

  test('of a uid that nobody named go by the number', () => {
    write('subuid', '4242:100000:65536', 'undefined:1:1');
    expect(userName(4242, etc)).toBeUndefined();
    expect(subordinateRanges('subuid', 4242, etc)).toEqual([{ start: 100000, size: 65536 }]);
  });

  test('that are free are the first that fit between those that are taken', () => {
    expect(freeRange(etc)).toEqual({ start: 100000, size: 65536 });
    write('subuid', 'bob:165536:65536', 'ann:100000:65536', 'carl:400000:65536');
    expect(freeRange(etc)).toEqual({ start: 231072, size: 65536 });
    write('subuid', 'bob:165536:65536', 'ann:100000:65536', 'carl:296608:65536');
    expect(freeRange(etc)).toEqual({ start: 231072, size: 65536 });
    write('subuid', 'bob:165536:65536', 'ann:100000:65536', 'carl:296607:65536', 'dora:200000:50000');
    expect(freeRange(etc)).toEqual({ start: 362143, size: 65536 });
  });

  test('that are free are those of no subordinate group, no user and no group either', () => {
    write('subuid', 'bob:100000:65536');
    write('subgid', 'bob:165536:65536');
    expect(freeRange(etc)).toEqual({ start: 231072, size: 65536 });
    write('passwd', 'root:x:0:0:::', 'far:x:231073:250000:::', 'nobody:x:4294967294:65534:::');
    expect(freeRange(etc)).toEqual({ start: 250001, size: 65536 });
    write('group', 'farther:x:300000:far');
    expect(freeRange(etc)).toEqual({ start: 300001, size: 65536 });
  });

  test('are not made up where none are free', () => {
    write('subuid', 'bob:100000:4294867290');
    expect(freeRange(etc)).toBeUndefined();
  });
});

describe('the helper', () => {
  function helper(directory: string, mode: number): string {
    mkdirSync(join(etc, directory), { recursive: true });
    const path = join(etc, directory, 'newuidmap');
    writeFileSync(path, '');
    chmodSync(path, mode);
    return path;
  }

  test('is absent where no directory has an executable one', () => {
    helper('bin', 0o644);
    expect(findIdMapHelper('newuidmap', [join(etc, 'bin'), join(etc, 'none')], () => '')).toBeUndefined();
  });

  test('without privileges is told apart', () => {
    const path = helper('bin', 0o755);
    const found = findIdMapHelper('newuidmap', [join(etc, 'bin')], () => '');
    expect(found).toEqual({ path, privileged: false });
  });

  test('with privileges in the PATH is better than one without in the usual place', (context) => {
    context.skip(process.getuid?.() !== 0, 'only root owns a setuid root file');
    helper('bin', 0o755);
    const path = helper('wrappers', 0o4755);
    const found = findIdMapHelper(
      'newuidmap',
      [join(etc, 'bin')],
      () => `:.:relative:${join(etc, 'wrappers')}`,
    );
    expect(found).toEqual({ path, privileged: true });
  });

  test('in a relative directory of the PATH is not taken', () => {
    expect(findIdMapHelper('newuidmap', [], () => '.:bin:')).toBeUndefined();
  });
});
