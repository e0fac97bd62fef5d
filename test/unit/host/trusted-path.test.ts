import {
  chmodSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkStateRoot, makeStateRoot } from '../../../src/container/state-root.ts';
import { trustedPath, trustedStatus } from '../../../src/host/trusted-path.ts';

const base = mkdtempSync(join(realpathSync(tmpdir()), 'tsrun-trusted-'));
afterAll(() => rmSync(base, { recursive: true }));
const isRoot = process.getuid?.() === 0;

/** A directory with this mode, in it `real/inner`, and `link` with this target. */
function place(mode: number, target = 'real'): string {
  const path = mkdtempSync(join(base, 'place-'));
  mkdirSync(join(path, 'real/inner'), { recursive: true });
  symlinkSync(target, join(path, 'link'));
  chmodSync(path, mode);
  return path;
}

describe('trustedPath', () => {
  it('leaves a path without symbolic links as it is, whether it exists or not', () => {
    const path = place(0o777);
    for (const name of ['real/inner', 'real/new/newer']) {
      expect(trustedPath(join(path, name))).toBe(join(path, name));
    }
  });

  it.each([0o700, 0o755, 0o1777])(
    'follows a link of the caller in a directory of the caller: mode %o',
    (mode) => {
      const path = place(mode);
      expect(trustedPath(join(path, 'link/inner'))).toBe(join(path, 'real/inner'));
      expect(trustedPath(join(path, 'link/new/newer'))).toBe(join(path, 'real/new/newer'));
    },
  );

  it('follows links to links, upwards and to absolute paths', () => {
    const path = place(0o700, '../end/./link');
    symlinkSync(join(path, 'real'), join(base, 'link'));
    symlinkSync('.', join(base, 'end'));
    expect(trustedPath(join(path, 'link/inner'))).toBe(join(path, 'real/inner'));
  });

  it.each([0o777, 0o775])('refuses a link in a directory that others can write to: mode %o', (mode) => {
    const path = place(mode);
    expect(() => trustedPath(join(path, 'link/inner'))).toThrow(
      `leads through "${join(path, 'link')}", a symbolic link that other users can change`,
    );
  });

  it.skipIf(!isRoot)('refuses a link of another user, which the sticky bit protects from all others', () => {
    const path = place(0o1777);
    lchownSync(join(path, 'link'), 65_534, 65_534);
    expect(() => trustedPath(join(path, 'link/inner'))).toThrow('other users can change');
  });

  it.skipIf(!isRoot)('refuses a link in a directory of another user', () => {
    const path = place(0o755);
    lchownSync(path, 65_534, 65_534);
    expect(() => trustedPath(join(path, 'link/inner'))).toThrow('other users can change');
  });

  it('refuses links that lead to themselves', () => {
    expect(() => trustedPath(join(place(0o700, 'link'), 'link'))).toThrow('too many symbolic links');
  });
});

describe('trustedStatus', () => {
  it('is that of the file, through links that are trusted', () => {
    const path = place(0o700);
    writeFileSync(join(path, 'real/file'), 'text');
    expect(trustedStatus(join(path, 'link/file'))?.size).toBe(4);
    expect(trustedStatus(join(path, 'real/file'))?.size).toBe(4);
    expect(trustedStatus(join(path, 'real/nothing'))).toBeUndefined();
    expect(trustedStatus(join(path, 'link/nothing'))).toBeUndefined();
  });
});

describe('the state directory', () => {
  it('is not one that another user has chosen by a symbolic link', () => {
    const path = place(0o777);
    for (const use of [checkStateRoot, makeStateRoot]) {
      expect(() => use(join(path, 'link'))).toThrow('other users can change');
      expect(() => use(join(path, 'link/inner'))).toThrow('other users can change');
    }
  });

  it('may be behind a link of the caller', () => {
    const path = place(0o700);
    expect(checkStateRoot(join(path, 'link/inner'))).toBe(true);
    makeStateRoot(join(path, 'link/new'));
    expect(trustedStatus(join(path, 'real/new'))?.mode).toBe(0o41700);
  });
});
