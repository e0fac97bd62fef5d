/** Two builds in different directories give the same bytes. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { dist, root } from '../../scripts/build/paths.ts';

test('what another clone makes is the same', { timeout: 400_000 }, (context) => {
  context.skip(process.env.TSRUN_LONG !== '1', 'with TSRUN_LONG=1');
  // In the clone: links to what is in node_modules are possible there, and nowhere else for sure.
  const scratch = mkdtempSync(join(dist, 'again-'));
  const clone = join(scratch, 'a/deeper/place');
  try {
    const parts = readdirSync(root).filter(
      (name) => !['dist', 'node_modules', '.cache', 'bin'].includes(name),
    );
    for (const part of parts) cpSync(join(root, part), join(clone, part), { recursive: true });
    const kept = readdirSync(join(root, '.cache')).filter((name) => name.startsWith('libraries-'));
    mkdirSync(join(clone, '.cache'));
    link(join(root, 'node_modules'), clone);
    for (const name of kept) link(join(root, '.cache', name), join(clone, '.cache'));
    const options = ['--output', join(scratch, 'packages')];
    // Neither the umask nor the language nor the zone of who builds matters.
    const env = { ...process.env, TZ: 'Pacific/Chatham', LC_ALL: 'C.UTF-8' };
    const script = [
      'umask 077; exec "$@"',
      'sh',
      process.execPath,
      join(clone, 'scripts/package.ts'),
      ...options,
    ];
    const { status, stderr } = spawnSync('sh', ['-c', ...script], { env, encoding: 'utf8' });
    expect({ status }, stderr).toEqual({ status: 0 });
    expect(sums(join(scratch, 'packages'))).toBe(sums(dirname(inject('packages').archive)));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
});

function link(directory: string, into: string): void {
  expect(spawnSync('cp', ['-al', directory, into]).status).toBe(0);
}

function sums(directory: string): string {
  const text = readFileSync(join(directory, 'SHA256SUMS'), 'utf8');
  expect(text).toContain(basename(inject('packages').debian));
  return text;
}
