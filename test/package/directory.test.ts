/** The directory that is installed: what it holds, what it does not know, and that it needs nothing around it. */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, expect, inject, test } from 'vitest';
import { root as clone } from '../../scripts/build/paths.ts';
import { buildPathsIn } from '../../scripts/package/build-paths.ts';
import { makeBusyboxRootfs } from '../setup/busybox-rootfs.ts';
import { runIsolated } from '../setup/isolated-root.ts';
import { need, needRoot } from '../setup/needs.ts';

const { directory, archive } = inject('packages');
const scratch = mkdtempSync(join(tmpdir(), 'tsrun-directory-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test('holds no path of the machine that made it', () => {
  expect(buildPathsIn(directory)).toEqual([]);
  // What is looked for would be found.
  const told = join(scratch, 'told/share');
  mkdirSync(told, { recursive: true });
  writeFileSync(join(told, 'page'), `\0made in ${clone}/src/cli\0`);
  expect(buildPathsIn(dirname(told))).toEqual([`share/page (${clone}/src)`]);
});

test('is what the archive holds', () => {
  expect(spawnSync('tar', ['-xpf', archive, '-C', scratch]).status).toBe(0);
  expect(spawnSync('diff', ['-r', directory, join(scratch, basename(directory))]).stdout.toString()).toBe('');
});

/** No library and no other file of the package: nothing but the program itself, and a shell to start it. */
test('the program runs on its own, where there is nothing else', { timeout: 120_000 }, async (context) => {
  needRoot(context);
  need(context, 'busybox');
  const machine = join(scratch, 'machine');
  makeBusyboxRootfs(machine);
  mkdirSync(join(machine, 'opt'));
  copyFileSync(join(directory, 'bin/tsrun'), join(machine, 'opt/other-name'));
  symlinkSync('/opt/other-name', join(machine, 'usr/bin/tsrun'));
  makeBusyboxRootfs(join(machine, 'tmp/bundle/rootfs'), ['sh', 'echo']);

  const version = /^tsrun version (\S+)\ncommit: \S+\nspec: \S+\nlibseccomp: \S+\nquickjs: \S+\n$/;
  const isolated = async (script: string) => {
    const { code, stdout, stderr } = await runIsolated(machine, script);
    expect({ code, stderr }, script).toEqual({ code: 0, stderr: '' });
    return stdout;
  };
  expect(await isolated('env -i /opt/other-name --version')).toMatch(version);
  expect(await isolated('tsrun --version')).toMatch(version);
  expect(await isolated('mkdir /gone; cd /gone; rmdir /gone; tsrun --version')).toMatch(version);
  const readOnly = 'mount -o rbind / /mnt; mount -o remount,bind,ro /mnt; exec chroot /mnt tsrun --version';
  expect(await isolated(readOnly)).toMatch(version);
  expect(await isolated('exec su user -s /bin/sh -c "env -i /opt/other-name --version"')).toMatch(version);
  expect(await isolated('umount /proc; exec tsrun --version')).toMatch(version);
  const run = `cd /tmp/bundle
tsrun spec
sed -i 's/"sh"/"echo", "contained"/; s/"terminal": true/"terminal": false/' config.json
exec tsrun run package-${process.pid}`;
  expect(await isolated(run)).toBe('contained\n');
});

test('has its licences', () => {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  expect(files).toEqual(
    expect.arrayContaining(['LICENSE', 'share/doc/tsrun/copyright', 'share/doc/tsrun/LGPL-2.1.txt']),
  );
});
