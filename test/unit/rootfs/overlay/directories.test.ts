import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Live } from '../../../../src/init/step.ts';
import { makeDirectoriesStep } from '../../../../src/rootfs/overlay/directories.ts';
import { occupyStep } from '../../../../src/rootfs/overlay/occupant.ts';
import { overlayDirectories } from '../../../../src/rootfs/overlay/opened-directories.ts';
import { rootDirectory } from '../../../../src/rootfs/overlay/root-directory.ts';

const base = mkdtempSync(join(tmpdir(), 'tsrun-overlay-'));
afterAll(() => rmSync(base, { recursive: true }));
const rootfs = join(base, 'rootfs');
mkdirSync(rootfs);
chmodSync(rootfs, 0o1751);

const root = rootDirectory(rootfs, undefined);
function make(path: string, kept: boolean) {
  const directories = overlayDirectories(path, kept);
  makeDirectoriesStep(directories, root, '/x').run({} as Live);
  return directories;
}

/** A directory of the host that another user has put a link to in the place of `path`. */
function victim(path: string): string {
  const elsewhere = mkdtempSync(join(base, 'victim-'));
  symlinkSync(elsewhere, path);
  return elsewhere;
}

const mode = (path: string) => statSync(path).mode & 0o7777;

describe('the directories of an overlay', () => {
  it('let nobody through, and the upper one looks like the root below', () => {
    const path = join(base, 'a/b/c');
    make(path, false);
    expect([mode(path), mode(join(path, 'upper')), mode(join(path, 'work'))]).toEqual([0o700, 0o1751, 0o700]);
  });

  it('are made anew where something is left of an earlier container of that id', () => {
    const path = join(base, 'data/again');
    make(path, false);
    writeFileSync(join(path, 'upper/left'), '');
    make(path, false);
    expect(existsSync(join(path, 'upper/left'))).toBe(false);
  });

  it('stay as they are where they are kept', () => {
    const path = join(base, 'kept');
    make(path, true);
    chmodSync(join(path, 'upper'), 0o700);
    writeFileSync(join(path, 'upper/left'), '');
    make(path, true);
    expect([existsSync(join(path, 'upper/left')), mode(join(path, 'upper'))]).toEqual([true, 0o700]);
  });

  it('serve one container at a time', () => {
    const path = join(base, 'shared');
    const directories = make(path, true);
    occupyStep(directories, '/x').run({ pid: process.pid } as Live);
    expect(() => make(path, true)).toThrow(`in use by another container, of process ${process.pid}`);
    writeFileSync(join(path, 'used-by'), JSON.stringify({ pid: process.pid, startTime: '1' }));
    make(path, true);
  });

  it('say what to do where they cannot be made', () => {
    expect(() => make('/proc/nowhere/x', true)).toThrow(/cannot make the overlay's directories/);
  });
});

describe('a data directory that another user has prepared', () => {
  it.each([0, 1, 2])('is not used if a symbolic link leads to it, %i levels up', (up) => {
    const path = join(mkdtempSync(join(base, 'planted-')), 'tsrun/hash/id');
    const at = [path, join(path, '..'), join(path, '../..')][up] as string;
    mkdirSync(join(at, '..'), { recursive: true });
    const elsewhere = victim(at);
    const precious = join(elsewhere, ...['tsrun', 'hash', 'id'].slice(3 - up), 'precious');
    mkdirSync(precious, { recursive: true });
    // A link in the place of the directory itself is removed, and not what it leads to.
    if (up === 0) make(path, false);
    else expect(() => make(path, false)).toThrow(`"${at}" leads through a symbolic link`);
    expect(existsSync(precious)).toBe(true);
  });

  it.each([1, 2])('is not used if others can write to it, %i levels up', (up) => {
    const path = join(mkdtempSync(join(base, 'open-')), 'tsrun/hash/id');
    const at = join(path, '../'.repeat(up));
    mkdirSync(join(path, 'precious'), { recursive: true });
    chmodSync(at, 0o777);
    expect(() => make(path, false)).toThrow(
      `the data directory "${at.slice(0, -1)}" can be changed by other users`,
    );
    expect(readdirSync(path)).toEqual(['precious']);
  });
});

describe('a directory for a kept layer', () => {
  it.each([0o755, 0o711, 0o770, 0o701])('is refused if other users can reach it: mode %o', (mode) => {
    const path = mkdtempSync(join(base, 'reachable-'));
    chmodSync(path, mode);
    expect(() => make(path, true)).toThrow(`"${path}" is open to other users (mode 0${mode.toString(8)})`);
    expect(readdirSync(path)).toEqual([]);
  });

  it.skipIf(process.getuid?.() !== 0)('is refused if it belongs to another user', () => {
    const path = mkdtempSync(join(base, 'foreign-'));
    chownSync(path, 65_534, 65_534);
    expect(() => make(path, true)).toThrow(`"${path}" belongs to another user (uid 65534)`);
    expect(readdirSync(path)).toEqual([]);
  });

  it.each(['layer', 'layer/below', 'layer/upper', 'layer/work'])(
    'is not reached by the symbolic link %s',
    (name) => {
      const place = mkdtempSync(join(base, 'linked-'));
      const link = join(place, name);
      if (name !== 'layer') mkdirSync(join(place, 'layer'), { mode: 0o700 });
      const elsewhere = victim(link);
      const path = join(place, name === 'layer/below' ? name : 'layer', name === 'layer/below' ? 'new' : '');
      expect(() => make(path.replace(/\/$/, ''), true)).toThrow('leads through a symbolic link');
      expect(readdirSync(elsewhere)).toEqual([]);
    },
  );

  it('is given up if it is exchanged for another before the container is noted in it', () => {
    const path = join(mkdtempSync(join(base, 'exchanged-')), 'layer');
    const directories = make(path, true);
    renameSync(path, `${path}-moved`);
    mkdirSync(path, { mode: 0o700 });
    expect(() => occupyStep(directories, '/x').run({ pid: process.pid } as Live)).toThrow(
      `"${path}" was exchanged meanwhile`,
    );
    expect(readdirSync(path)).toEqual([]);
  });

  it('holds no link that the note of its user would follow', () => {
    const path = join(base, 'noted');
    const directories = make(path, true);
    const file = join(base, 'of-the-host');
    writeFileSync(file, 'text');
    symlinkSync(file, join(path, 'used-by'));
    expect(() => occupyStep(directories, '/x').run({ pid: process.pid } as Live)).toThrow(/ELOOP/);
    expect(readFileSync(file, 'utf8')).toBe('text');
  });
});

describe('rootDirectory', () => {
  it('counts the owner as the container does', () => {
    const { uid, gid } = statSync(rootfs);
    const side = (hostID: number) => ({ mappings: [{ containerID: 5, hostID, size: 1 }], pointer: '' });
    const maps = (uidBase: number) => ({ uid: side(uidBase), gid: side(gid), denySetgroups: false });
    expect(rootDirectory(rootfs, maps(uid))?.owner).toEqual({ uid: 5, gid: 5 });
    expect(rootDirectory(rootfs, maps(uid + 1))?.owner).toBeUndefined();
  });
});
