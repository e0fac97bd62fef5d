/** The packages for the other processor, made here, and their program in an emulation of that processor's user mode. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, type TestContext, test } from 'vitest';
import { dist } from '../../scripts/build/paths.ts';
import { makePackages, type Packages } from '../../scripts/package/package.ts';
import { execute } from '../setup/execute.ts';
import { need, needs, userEmulator } from '../setup/needs.ts';
import { patience } from '../setup/patience.ts';

const canBuild = process.arch === 'x64' && needs.crossGcc.present() && needs.crossLibc.present();
const output = mkdtempSync(join(dist, 'arm64-'));
let packages: Packages;
beforeAll(async () => {
  if (canBuild && needs.qemuUser.present()) packages = await makePackages({ output, arch: 'arm64' });
}, patience(120_000));
afterAll(() => rmSync(output, { recursive: true, force: true }));

test('the program starts, makes system calls and calls libseccomp', async (context) => {
  needOther(context);
  const program = join(output, packages.directory, 'bin/tsrun');
  const emulator = userEmulator('aarch64') as string;
  const version = await execute(emulator, [program, '--version'], { env: {} });
  expect(version).toMatchObject({ code: 0, stderr: '' });
  expect(version.stdout).toMatch(/^tsrun version \S+\n.*\nlibseccomp: \d\S+\nquickjs: \S+\n$/s);
  const features = await execute(emulator, [program, 'features'], { env: {} });
  expect(JSON.parse(features.stdout)).toMatchObject({ ociVersionMax: '1.3.0' });
});

test('the Debian package is for that processor, and as small', (context) => {
  needOther(context);
  const file = join(output, packages.debian);
  const fields = spawnSync('dpkg-deb', ['--field', file, 'Architecture'], { encoding: 'utf8' });
  expect(fields.stdout).toBe('arm64\n');
  for (const name of [packages.debian, packages.archive])
    expect(statSync(join(output, name)).size).toBeLessThan(3e6);
});

function needOther(context: TestContext): void {
  context.skip(process.arch !== 'x64', 'this is the processor that packages are made for elsewhere');
  need(context, 'crossGcc', 'crossLibc', 'qemuUser');
}
