import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dismissStep } from '../../../src/init/spawn-step.ts';
import { step } from '../../../src/init/step.ts';
import { openControlSocket } from '../../../src/init/stub-process.ts';
import { close, openat, openInRoot } from '../../../src/kernel/calls/file.ts';
import { AT_FDCWD, O_DIRECTORY, O_PATH } from '../../../src/kernel/constants/file.ts';
import { perform } from '../../../src/kernel/local.ts';
import { Execution } from '../../../src/plan/execution.ts';

test('nothing is waited for of a stub that was dismissed', () => {
  const { driver, stub } = openControlSocket();
  const execution = new Execution();
  execution.connect('stub', driver);
  execution.execute([dismissStep('stub')]);
  expect(() => execution.execute([step('stub', 'do more', '', [close(3)])])).toThrow('no stub is connected');
  perform(close(stub));
});

test('a walk that renames on the machine disturb is tried again', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tsrun-execution-'));
  mkdirSync(join(directory, 'root/a/b'), { recursive: true });
  mkdirSync(join(directory, 'left'));
  const renames =
    'const fs = require("fs"); fs.writeSync(1, "."); for (;;) { fs.renameSync("left", "right"); fs.renameSync("right", "left") }';
  const child = spawn(process.execPath, ['-e', renames], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const execution = new Execution();
    const root = openat(AT_FDCWD, join(directory, 'root'), O_PATH | O_DIRECTORY);
    execution.execute([step('runtime', 'open the root', '', [root])]);
    const path = `/${'a/b/../../'.repeat(20)}`;
    for (const begin = performance.now(); performance.now() - begin < 500; ) {
      const place = openInRoot(root, path);
      execution.execute([step('runtime', 'open a place', '', [place, close(place)])]);
    }
    execution.execute([step('runtime', 'close the root', '', [close(root)])]);
  } finally {
    const ended = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    rmSync(directory, { recursive: true });
  }
});
