import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CallRunner, LocalRunner } from '../../../../src/init/call-runner.ts';
import type { Call } from '../../../../src/kernel/call.ts';
import { copyFailure, type Failed } from '../../../../src/rootfs/copy-up/failure.ts';
import { TreeCopy } from '../../../../src/rootfs/copy-up/tree.ts';
import { removeTree } from '../../../../src/rootfs/remove-tree.ts';
import { makeDeep, makeWide } from '../../../setup/large-trees.ts';

let base: string;
let from: string;
let to: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'tsrun-copy-'));
  [from, to] = [join(base, 'from'), join(base, 'to')];
  mkdirSync(from);
  mkdirSync(to);
});
afterEach(() => removeTree(base));

/** Counts what is executed at a time, and what is open. */
class Counting implements CallRunner {
  readonly #runner = new LocalRunner();
  most = 0;

  run(calls: readonly Call[]): readonly number[] {
    this.most = Math.max(this.most, calls.length);
    return this.#runner.run(calls);
  }

  bytes(of: Call): Uint8Array {
    return this.#runner.bytes(of);
  }
}

function copy(runner: CallRunner = new LocalRunner(), mostHeld?: number): void {
  const [input, output] = [openSync(from, 'r'), openSync(to, 'r')];
  try {
    const named = { destination: '/x', pointer: '/mounts/0' };
    const fail = (failed: Failed) => copyFailure(named, runner, output, failed);
    new TreeCopy(runner, fail, mostHeld).copy(input, output);
  } finally {
    closeSync(input);
    closeSync(output);
  }
}

function listing(path: string): string {
  const { stdout } = spawnSync('find', ['.', '-mindepth', '1', '-printf', '%p %y %m %U:%G %l\\n'], {
    cwd: path,
    encoding: 'latin1',
  });
  return stdout.split('\n').sort().join('\n');
}

describe('a tree is copied', () => {
  it('with its files, directories, symlinks, FIFOs and modes', () => {
    for (let index = 0; index < 200; index++) writeFileSync(join(from, `${index}`), 'x'.repeat(index));
    mkdirSync(join(from, 'a/b'), { recursive: true });
    writeFileSync(join(from, 'a/b/c'), Buffer.alloc(200_000, 'c'));
    writeFileSync(Buffer.concat([Buffer.from(`${from}/a/`), Buffer.from([0xff, 0x0a])]), '');
    chmodSync(join(from, 'a/b/c'), 0o4711);
    chmodSync(join(from, 'a/b'), 0o2701);
    symlinkSync('/no/where', join(from, 'link'));
    symlinkSync('n'.repeat(4000), join(from, 'a/long'));
    spawnSync('mkfifo', [join(from, 'a/fifo')]);
    const runner = new Counting();
    copy(runner);
    expect(listing(to)).toBe(listing(from));
    expect(spawnSync('diff', ['-r', '--no-dereference', '--exclude=fifo', from, to]).stdout.toString()).toBe(
      '',
    );
    expect(statSync(join(to, 'a/b/c')).mode).toBe(0o104711);
    expect(runner.most).toBeLessThan(1500);
  });

  it('of any depth', () => {
    makeDeep(from, 1200);
    copy();
    const count = spawnSync('find', ['.', '-type', 'd'], { cwd: to, maxBuffer: 2 ** 30 });
    expect(count.stdout.toString().split('\n').length - 2).toBe(1200);
  });

  it('of directories that are wide and deep, whose names are not all remembered', () => {
    makeWide(from, { levels: 5, width: 60 });
    copy(new LocalRunner(), 20);
    expect(listing(to)).toBe(listing(from));
  });

  it('with many extended attributes', () => {
    const names = Array.from({ length: 60 }, (_, index) => `user.name${index}`);
    const files = Array.from({ length: 40 }, (_, index) => join(from, `${index}`));
    for (const file of files) writeFileSync(file, '');
    const script = `import os, sys
for file in sys.argv[1:]:
    for name in ${JSON.stringify(names)}: os.setxattr(file, name, b'v' * 60)`;
    if (spawnSync('python3', ['-c', script, ...files]).status !== 0) return;
    copy();
    const read = `import os, sys
print(sum(os.getxattr(f, n) == b'v' * 60 for f in sys.argv[1:] for n in os.listxattr(f)))`;
    const copies = files.map((file) => file.replace(from, to));
    expect(spawnSync('python3', ['-c', read, ...copies]).stdout.toString()).toBe('2400\n');
  });
});

describe('a file with holes', () => {
  it('keeps them, and what is between them', () => {
    const size = 2 ** 40 + 4097;
    const fd = openSync(join(from, 'file'), 'w');
    for (let index = 0; index < 100; index++) writeSync(fd, `part ${index}`, index * 2 ** 30 + 5);
    closeSync(fd);
    truncateSync(join(from, 'file'), size);
    copy();
    const { size: copied, blocks } = statSync(join(to, 'file'));
    expect(copied).toBe(size);
    expect(blocks).toBe(statSync(join(from, 'file')).blocks);
    const result = openSync(join(to, 'file'), 'r');
    const part = Buffer.alloc(7);
    process.getBuiltinModule('node:fs').readSync(result, part, 0, 7, 99 * 2 ** 30 + 5);
    closeSync(result);
    expect(part.toString()).toBe('part 99');
  });

  it('is copied whole if it is dense, whatever its size says', () => {
    writeFileSync(join(from, 'file'), Buffer.alloc(1_000_000, 'x'));
    truncateSync(join(from, 'file'), 1_500_000);
    copy();
    expect(readFileSync(join(to, 'file')).equals(readFileSync(join(from, 'file')))).toBe(true);
  });
});

describe('what changes meanwhile', () => {
  /** Does something before the first call that matches. */
  class Disturbed extends LocalRunner {
    readonly #matches: (call: Call) => boolean;
    #change: (() => void) | undefined;

    constructor(matches: (call: Call) => boolean, change: () => void) {
      super();
      this.#matches = matches;
      this.#change = change;
    }

    override run(calls: readonly Call[]): readonly number[] {
      if (calls.some(this.#matches)) {
        this.#change?.();
        this.#change = undefined;
      }
      return super.run(calls);
    }
  }

  it('a file that is removed is left out', () => {
    writeFileSync(join(from, 'a'), 'a');
    writeFileSync(join(from, 'b'), 'b');
    copy(
      new Disturbed(
        ({ name }) => name === 'sendfile',
        () => rmSync(join(from, 'a')),
      ),
    );
    expect(readdirSync(to)).toEqual(['b']);
  });

  it('a directory that is moved elsewhere ends the copy', () => {
    mkdirSync(join(from, 'a'));
    mkdirSync(join(base, 'outside'));
    const leaving = ({ name, args }: Call) => name === 'openat' && args[1] === '..';
    const move = () => renameSync(join(from, 'a'), join(base, 'outside/a'));
    expect(() => copy(new Disturbed(leaving, move))).toThrow(/^".": openat: ESTALE/);
  });

  it('a directory that becomes a symlink is not followed', () => {
    mkdirSync(join(from, 'a'));
    mkdirSync(join(base, 'outside'));
    writeFileSync(join(base, 'outside/secret'), '');
    const entering = ({ name }: Call) => name === 'mkdirat';
    const swap = () => {
      rmSync(join(from, 'a'), { recursive: true });
      symlinkSync(join(base, 'outside'), join(from, 'a'));
    };
    expect(() => copy(new Disturbed(entering, swap))).toThrow(/^"a": openat: E(NOTDIR|LOOP)/);
    expect(readdirSync(join(to, 'a'))).toEqual([]);
  });
});
