/** The program for the other processor, built here and run in an emulation of that processor's user mode. */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dist } from '../../scripts/build/paths.ts';
import { quick } from '../../scripts/package/compression.ts';
import { makePackages } from '../../scripts/package/package.ts';
import { debianArchive } from '../../scripts/vm/archive.ts';
import { execute } from '../setup/execute.ts';
import { need, userEmulator } from '../setup/needs.ts';

test('the program for aarch64 starts, makes system calls and calls libraries', {
  timeout: 400_000,
}, async (context) => {
  context.skip(process.env.TSRUN_LONG !== '1', 'with TSRUN_LONG=1');
  context.skip(process.arch !== 'x64', 'this is the processor that packages are made for elsewhere');
  need(context, 'qemuUser', 'mmdebstrap');
  const emulator = userEmulator('aarch64') as string;
  const output = mkdtempSync(join(dist, 'arm64-'));
  try {
    const { directory } = await makePackages({ output, compression: quick, arch: 'arm64' });
    const libraries = join(output, 'libraries');
    const packages = 'libc6,libstdc++6,libgcc-s1,libseccomp2';
    const options = ['--quiet', '--variant=extract', '--architectures=arm64', `--include=${packages}`];
    const made = await execute('mmdebstrap', [...options, 'bookworm', libraries, debianArchive()], {
      timeout: 200_000,
    });
    expect(made, made.stderr).toMatchObject({ code: 0 });
    const engine = join(output, directory, 'lib/tsrun/tsrun-bun');
    const run = (...args: string[]) =>
      execute(emulator, ['-L', libraries, engine, ...args], {
        env: { BUN_JSC_useJIT: '0' },
        timeout: 60_000,
      });
    const version = await run('--version');
    expect(version).toMatchObject({ code: 0, stderr: '' });
    // libseccomp is called by way of koffi.
    expect(version.stdout).toMatch(/^tsrun version \S+\n.*\nlibseccomp: \d.*\nbun: \S+\n$/s);
    const features = await run('features');
    expect(JSON.parse(features.stdout)).toMatchObject({ ociVersionMax: '1.3.0' });
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
});
