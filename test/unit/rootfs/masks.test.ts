import { describe, expect, test } from 'vitest';
import { RuntimeError } from '../../../src/errors/runtime-error.ts';
import { call } from '../../../src/kernel/call.ts';
import { EINVAL, ENOTDIR } from '../../../src/kernel/errno.ts';
import { maskSteps, readonlySteps } from '../../../src/rootfs/masks.ts';
import { failing, text } from './fixture.ts';

const context = { root: call('open_tree'), isDirectory: (path: string) => path.endsWith('/') };
const names = (paths: string[]) => maskSteps(paths, context).map(({ name }) => name);

describe('masked paths', () => {
  test('that are directories of the host are covered by copies of one empty directory', () => {
    expect(names(['/sys/a/', '/sys/b/', '/proc/c'])).toEqual([
      'open the host\'s "/dev/null"',
      'make an empty directory to mask with',
      'mask "/sys/a/"',
      'mask "/sys/b/"',
      'mask "/proc/c"',
      'close what was masked with',
    ]);
  });

  test('that are files need no directory', () => {
    expect(names(['/proc/c'])).not.toContain('make an empty directory to mask with');
  });

  test('in the image are not looked at on the host', () => {
    expect(names(['/etc/a/'])).not.toContain('make an empty directory to mask with');
  });

  test('are masked once, with the place of the first', () => {
    const steps = maskSteps(['/proc/a', '/proc/b', '/proc/a'], context);
    expect(steps.map(({ pointer }) => pointer)).toEqual([
      '/linux/maskedPaths',
      '/linux/maskedPaths/0',
      '/linux/maskedPaths/1',
      '/linux/maskedPaths',
    ]);
  });

  test('that turn out to be a file are masked as one', () => {
    const directory = maskSteps(['/sys/a/'], context)[2];
    const instead = failing(directory, 'openat2', ENOTDIR);
    if (instead instanceof RuntimeError) throw instead;
    expect(text(instead[0])).not.toContain('O_DIRECTORY');
  });

  test('that turn out to be a directory are covered by a new empty one', () => {
    const [, file] = maskSteps(['/etc/a'], context);
    const instead = failing(file, 'move_mount', EINVAL);
    if (instead instanceof RuntimeError) throw instead;
    expect(text(instead[0])).toContain('fsopen("tmpfs"');
    expect(text(instead[0])).toContain('"nr_inodes", "1"');
  });

  test('copy nothing where they are missing', () => {
    const [, file] = maskSteps(['/proc/a'], context);
    const [target, copy] = file?.kind === 'calls' ? file.calls : [];
    // The stub skips what refers to a call that failed.
    expect(copy?.args).toContain(target);
  });
});

test('a path is made read-only once', () => {
  expect(readonlySteps(call('open_tree'), ['/proc/sys', '/proc/sys'])).toHaveLength(1);
});
