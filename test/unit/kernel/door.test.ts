/** The door to the kernel, as far as the local executor's tests do not go. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { call } from '../../../src/kernel/call.ts';
import { attempt } from '../../../src/kernel/local.ts';
import { spawn, waitForExit } from '../../../src/kernel/spawn.ts';

const directory = mkdtempSync(join(tmpdir(), 'tsrun-gate-'));
afterAll(() => rmSync(directory, { recursive: true }));

test('results of 64 bits arrive whole', () => {
  // lseek(2) of /proc/self/mem goes anywhere.
  const memory = attempt(call('openat', -100, '/proc/self/mem', 0, 0));
  const place = 0x1234_5678_9abc;
  const result = attempt(call('lseek', memory, place, 0));
  attempt(call('close', memory));
  expect(result).toBe(place);
});

test('a program starts with its arguments and environment, and with clean signals', () => {
  const script = join(directory, 'script');
  const said = join(directory, 'said');
  writeFileSync(script, `#!/bin/sh\n{ echo "$0 $1 $VAR"; grep Sig /proc/self/status; } > ${said}\nexit 7\n`, {
    mode: 0o755,
  });
  const pid = spawn(script, [script, 'argument'], ['VAR=value', 'PATH=/usr/bin:/bin']);
  expect(waitForExit(pid)).toEqual({ status: 7 });
  const text = readFileSync(said, 'utf8');
  expect(text).toContain(`${script} argument value\n`);
  expect(text).toContain('SigBlk:\t0000000000000000\n');
  expect(text).toContain('SigIgn:\t0000000000000000\n');
});

test('a program that cannot be executed leaves an error and no process', () => {
  const missing = join(directory, 'missing');
  expect(() => spawn(missing, [missing], [])).toThrow('posix_spawn: ENOENT (no such file or directory)');
  expect(() => spawn(directory, [directory], [])).toThrow('posix_spawn: EACCES (permission denied)');
  const tasks = `/proc/self/task/${process.pid}/children`;
  if (!existsSync(tasks)) return;
  const names = readFileSync(tasks, 'utf8').trim().split(' ').filter(Boolean);
  const zombies = names.filter((pid) => / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')));
  expect(zombies).toEqual([]);
});
