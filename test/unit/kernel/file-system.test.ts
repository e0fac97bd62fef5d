/** Beside node:fs, on real files: the same results and the same codes of errors. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { O_APPEND, O_CREAT, O_WRONLY } from '../../../src/kernel/constants/file.ts';
import * as own from '../../../src/kernel/file-system.ts';

const directory = fs.mkdtempSync(join(tmpdir(), 'tsrun-files-'));
afterAll(() => fs.rmSync(directory, { recursive: true }));
const at = (...names: string[]) => join(directory, ...names);

describe('reading', () => {
  test.each([
    ['nothing', ''],
    ['text of any script', 'ü 漢字 🙂\n'],
    ['more than one call takes', 'é'.repeat(100_000)],
  ])('%s', (_, text) => {
    fs.writeFileSync(at('text'), text);
    expect(own.readFileSync(at('text'), 'utf8')).toBe(text);
    expect(own.readFileSync(at('text'), 'latin1')).toBe(fs.readFileSync(at('text'), 'latin1'));
  });

  test('what is no UTF-8, as node:fs replaces it', () => {
    fs.writeFileSync(at('bytes'), Buffer.of(0x61, 0xff, 0xe2, 0x82, 0xef, 0xbb, 0xbf));
    expect(own.readFileSync(at('bytes'), 'utf8')).toBe(fs.readFileSync(at('bytes'), 'utf8'));
  });

  test('a file of the kernel, which has no size', () => {
    expect(own.readFileSync('/proc/self/status', 'utf8')).toContain(`Pid:\t${process.pid}\n`);
  });

  test.each([
    ['less than one call takes', 'one'],
    ['as much as one call takes', 'x'.repeat(64 * 1024)],
    ['more', 'é'.repeat(100_000)],
  ])('a file in one piece: %s', (_, text) => {
    fs.writeFileSync(at('piece'), text);
    expect(own.readFileSync(at('piece'), 'utf8', own.IN_ONE_PIECE)).toBe(text);
    expect(own.readIfThere(at('piece'), 'utf8', own.IN_ONE_PIECE)).toBe(text);
  });

  test('a file of the kernel in one piece', () => {
    expect(own.readFileSync('/proc/self/status', 'utf8', own.IN_ONE_PIECE)).toContain(
      `Pid:\t${process.pid}\n`,
    );
    expect(own.readIfThere('/proc/self/status/below', 'utf8', own.IN_ONE_PIECE)).toBeUndefined();
    expect(() => own.readFileSync('/proc/self/status/below', 'utf8', own.IN_ONE_PIECE)).toThrow('ENOTDIR');
  });

  test('what may not be there', () => {
    fs.writeFileSync(at('there'), 'text');
    expect(own.readIfThere(at('there'), 'utf8')).toBe('text');
    expect(own.readIfThere(at('there', 'below'), 'utf8')).toBeUndefined();
    // A directory is there: that it cannot be read is an error.
    expect(() => own.readIfThere(at('.'), 'utf8')).toThrow('EISDIR');
  });

  test('a link and a directory', () => {
    fs.mkdirSync(at('listed/one'), { recursive: true });
    fs.writeFileSync(at('listed/ü'), '');
    fs.symlinkSync('one', at('listed/link'));
    expect(own.readlinkSync(at('listed/link'))).toBe('one');
    expect(own.readdirSync(at('listed')).sort()).toEqual(fs.readdirSync(at('listed')).sort());
    expect(own.subdirectoriesSync(at('listed'))).toEqual(['one']);
  });
});

describe('writing', () => {
  test('makes a file with the mode, and empties one that is there', () => {
    own.writeFileSync(at('written'), 'é'.repeat(70_000), { mode: 0o640 });
    expect(fs.readFileSync(at('written'), 'utf8')).toBe('é'.repeat(70_000));
    expect(fs.statSync(at('written')).mode & 0o777).toBe(0o640 & ~process.umask());
    own.writeFileSync(at('written'), 'short');
    expect(fs.readFileSync(at('written'), 'utf8')).toBe('short');
  });

  test('over a file leaves what is behind', () => {
    fs.writeFileSync(at('over'), 'abcdef');
    own.overwriteSync(at('over'), 'xy');
    expect(fs.readFileSync(at('over'), 'utf8')).toBe('xycdef');
    expect(() => own.overwriteSync(at('none'), 'x')).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });

  test('from an offset on, as far as one call goes', () => {
    const fd = own.openSync(at('offset'), O_WRONLY | O_CREAT | O_APPEND, 0o600);
    expect(own.writeSync(fd, Buffer.from('abc'), 1)).toBe(2);
    own.closeSync(fd);
    expect(fs.readFileSync(at('offset'), 'utf8')).toBe('bc');
  });
});

describe('status', () => {
  test('of files, directories and links, by name and by descriptor', () => {
    fs.writeFileSync(at('file'), '');
    fs.linkSync(at('file'), at('file2'));
    fs.symlinkSync(directory, at('to-directory'));
    for (const [mine, theirs] of [
      [own.statSync(at('file')), fs.statSync(at('file'))],
      [own.statSync(at('to-directory')), fs.statSync(at('to-directory'))],
      [own.lstatSync(at('to-directory')), fs.lstatSync(at('to-directory'))],
      [own.statSync('/proc/self/ns/user'), fs.statSync('/proc/self/ns/user')],
    ] as const) {
      const { mode, uid, gid, ino, nlink } = theirs;
      expect(mine).toMatchObject({ mode, uid, gid, ino, nlink });
      expect(mine?.isDirectory()).toBe(theirs.isDirectory());
      expect(mine?.isFile()).toBe(theirs.isFile());
    }
    const fd = fs.openSync(at('file'), 'r');
    expect(own.fstatSync(fd).nlink).toBe(2);
    fs.closeSync(fd);
  });

  test('of nothing', () => {
    expect(own.statSync(at('nothing'))).toBeUndefined();
    expect(own.statSync(at('file', 'below'))).toBeUndefined();
    expect(own.existsSync(at('nothing'))).toBe(false);
    expect(own.existsSync(at('file'))).toBe(true);
    expect(own.isExecutable(at('file'))).toBe(false);
    expect(own.isExecutable(process.execPath)).toBe(true);
  });
});

describe('changing', () => {
  test('makes directories, all that are missing if so asked', () => {
    own.mkdirSync(at('made'), { mode: 0o700 });
    expect(fs.statSync(at('made')).mode & 0o777).toBe(0o700);
    expect(() => own.mkdirSync(at('made'))).toThrow(expect.objectContaining({ code: 'EEXIST' }));
    expect(() => own.mkdirSync(at('x/y'))).toThrow(expect.objectContaining({ code: 'ENOENT' }));
    own.mkdirSync(at('x/y/z'), { recursive: true });
    own.mkdirSync(at('x/y/z'), { recursive: true });
    expect(fs.existsSync(at('x/y/z'))).toBe(true);
  });

  test('renames, changes modes, removes', () => {
    fs.writeFileSync(at('old'), 'text');
    own.renameSync(at('old'), at('new'));
    own.chmodSync(at('new'), 0o1700);
    expect(fs.statSync(at('new')).mode & 0o7777).toBe(0o1700);
    own.chownSync(at('new'), process.getuid?.() ?? 0, process.getgid?.() ?? 0);
    own.unlinkSync(at('new'));
    expect(fs.existsSync(at('new'))).toBe(false);
    fs.mkdirSync(at('empty'));
    own.rmdirSync(at('empty'));
    expect(() => own.rmdirSync(at('empty'))).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });

  test('removes a tree, and nothing that its links point to', () => {
    fs.mkdirSync(at('tree/a/b'), { recursive: true });
    fs.mkdirSync(at('kept'));
    fs.writeFileSync(at('kept/file'), '');
    fs.writeFileSync(at('tree/a/file'), '');
    fs.symlinkSync(at('kept'), at('tree/a/link'));
    own.removeTree(at('tree'));
    expect(fs.existsSync(at('tree'))).toBe(false);
    expect(fs.existsSync(at('kept/file'))).toBe(true);
    own.removeTree(at('tree'));
  });
});

test('an error says what failed, on what, and why', () => {
  expect(() => own.readFileSync(at('none'), 'utf8')).toThrow(
    `ENOENT: no such file or directory, open '${at('none')}'`,
  );
  expect(() => own.openSync('with\0nul', 0)).toThrow('NUL');
});
