import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type CallRunner, LocalRunner } from '../../../src/init/call-runner.ts';
import type { Call } from '../../../src/kernel/call.ts';
import { EBUSY } from '../../../src/kernel/errno.ts';
import { removeTree } from '../../../src/rootfs/remove-tree.ts';
import { makeDeep, makeWide } from '../../setup/large-trees.ts';

const base = mkdtempSync(join(tmpdir(), 'tsrun-remove-'));
const tree = join(base, 'tree');
const outside = join(base, 'outside');
afterAll(() => rmSync(base, { recursive: true }));
beforeEach(() => {
  mkdirSync(tree, { recursive: true });
  mkdirSync(outside, { recursive: true });
  writeFileSync(join(outside, 'kept'), '');
});

/** Does something in between, as a process of the container could. */
class Disturbed implements CallRunner {
  readonly #runner = new LocalRunner();
  readonly #before: (call: Call) => void;

  constructor(before: (call: Call) => void) {
    this.#before = before;
  }

  run(calls: readonly Call[]): readonly number[] {
    for (const call of calls) this.#before(call);
    return this.#runner.run(calls);
  }

  bytes(of: Call): Uint8Array {
    return this.#runner.bytes(of);
  }
}

function once(matches: (call: Call) => boolean, change: () => void): (call: Call) => void {
  let done = false;
  return (call) => {
    if (done || !matches(call)) return;
    done = true;
    change();
  };
}

describe('removeTree', () => {
  it('removes files, directories, links and what is not readable', () => {
    mkdirSync(join(tree, 'work/work'), { recursive: true });
    mkdirSync(join(tree, 'readonly'));
    writeFileSync(join(tree, 'readonly/file'), '');
    symlinkSync(outside, join(tree, 'link'));
    writeFileSync(Buffer.concat([Buffer.from(`${tree}/`), Buffer.from([0xff, 0x0a])]), '');
    chmodSync(join(tree, 'work/work'), 0);
    chmodSync(join(tree, 'readonly'), 0o500);
    removeTree(tree);
    expect(existsSync(tree)).toBe(false);
    expect(readdirSync(outside)).toEqual(['kept']);
  });

  it('takes a missing directory for removed, and removes the link but not what it refers to', () => {
    rmSync(tree, { recursive: true });
    removeTree(tree);
    symlinkSync(outside, tree);
    removeTree(tree);
    expect(existsSync(tree)).toBe(false);
    expect(readdirSync(outside)).toEqual(['kept']);
  });

  it('takes many entries and any depth', () => {
    for (let index = 0; index < 3000; index += 1) writeFileSync(join(tree, `${'f'.repeat(40)}${index}`), '');
    makeDeep(tree, 1500);
    removeTree(tree);
    expect(existsSync(tree)).toBe(false);
  });

  it('remembers a few names only of directories that are wide and deep', () => {
    makeWide(tree, { levels: 5, width: 60 });
    removeTree(tree, new LocalRunner(), 20);
    expect(existsSync(tree)).toBe(false);
  });

  it('names the place in a deep tree, shortened', () => {
    makeDeep(tree, 100, '0123456789');
    const busy = (call: Call) =>
      call.name === 'unlinkat' && Buffer.from(call.args[1] as Uint8Array)[0] === 0x30;
    class Refusing extends LocalRunner {
      override run(calls: readonly Call[]): readonly number[] {
        return super
          .run(calls)
          .map((result, index) => (busy(calls[index] as Call) && result === 0 ? -EBUSY : result));
      }
    }
    expect(() => removeTree(tree, new Refusing())).toThrow(
      /^cannot remove ".{50,250}\/…(\/0123456789){8}": unlinkat/,
    );
    removeTree(tree);
  });

  it('stays inside when a directory is replaced by a link before it is entered', () => {
    const inner = join(tree, 'inner');
    mkdirSync(inner);
    const entering = ({ name, args }: Call) =>
      name === 'openat2' && Buffer.from(args[1] as Uint8Array).toString() === 'inner\0';
    const swap = () => {
      rmSync(inner, { recursive: true });
      symlinkSync(outside, inner);
    };
    removeTree(tree, new Disturbed(once(entering, swap)));
    expect(existsSync(tree)).toBe(false);
    expect(readdirSync(outside)).toEqual(['kept']);
  });

  it('removes what is made while it removes', () => {
    const leaving = ({ name, args }: Call) => name === 'unlinkat' && args[2] !== 0;
    removeTree(tree, new Disturbed(once(leaving, () => writeFileSync(join(tree, 'late'), ''))));
    expect(existsSync(tree)).toBe(false);
  });

  it('does not go on outside when the directory it is in is moved there', () => {
    const inner = join(tree, 'inner');
    mkdirSync(inner);
    writeFileSync(join(inner, 'file'), '');
    const { renameSync } = process.getBuiltinModule('node:fs');
    const rising = ({ name, args }: Call) => name === 'openat2' && args[1] === '..';
    const move = () => renameSync(inner, join(outside, 'moved'));
    expect(() => removeTree(tree, new Disturbed(once(rising, move)))).toThrow(/cannot remove/);
    expect(readdirSync(outside).sort()).toEqual(['kept', 'moved']);
  });
});
