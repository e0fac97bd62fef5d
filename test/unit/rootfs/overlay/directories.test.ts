import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Live } from '../../../../src/init/step.ts';
import { makeDirectoriesStep, overlayDirectories } from '../../../../src/rootfs/overlay/directories.ts';
import { occupyStep } from '../../../../src/rootfs/overlay/occupant.ts';
import { rootDirectory } from '../../../../src/rootfs/overlay/root-directory.ts';

const base = mkdtempSync(join(tmpdir(), 'tsrun-overlay-'));
afterAll(() => rmSync(base, { recursive: true }));
const rootfs = join(base, 'rootfs');
mkdirSync(rootfs);
chmodSync(rootfs, 0o1751);

const root = rootDirectory(rootfs, undefined);
const make = (path: string, kept: boolean) =>
  makeDirectoriesStep(overlayDirectories(path, kept), root, '/x').run({} as Live);
const mode = (path: string) => statSync(path).mode & 0o7777;

describe('the directories of an overlay', () => {
  it('let nobody through, and the upper one looks like the root below', () => {
    const path = join(base, 'a/b/c');
    make(path, false);
    expect([mode(path), mode(join(path, 'upper')), mode(join(path, 'work'))]).toEqual([0o700, 0o1751, 0o700]);
  });

  it('are made anew where something is left of an earlier container of that id', () => {
    const path = join(base, 'again');
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
    make(path, true);
    occupyStep(path, '/x').run({ pid: process.pid } as Live);
    expect(() => make(path, true)).toThrow(`in use by another container, of process ${process.pid}`);
    writeFileSync(join(path, 'used-by'), `${process.pid} 1\n`);
    make(path, true);
  });

  it('say what to do where they cannot be made', () => {
    expect(() => make('/proc/nowhere/x', true)).toThrow(/cannot make the overlay's directories/);
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
