/** The package for Node, installed by npm into an empty folder, from what is on this machine alone. */
import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { inRoot } from '../../scripts/build/paths.ts';
import { execute, type Result } from '../setup/execute.ts';
import { need, needRoot } from '../setup/needs.ts';
import { makeRig } from '../setup/rig.ts';

const app = join(mkdtempSync(join(tmpdir(), 'tsrun-node-package-')), 'app');
const home = dirname(app);
const command = join(app, 'node_modules/.bin/tsrun');
/** A Node as npm has it, without anything else beside it. */
const env = { HOME: home, PATH: `${home}/bin:${process.env.PATH}` };

beforeAll(async () => {
  mkdirSync(app);
  mkdirSync(join(home, 'bin'));
  symlinkSync(inRoot(`node_modules/node-linux-${process.arch}/bin/node`), join(home, 'bin/node'));
  writeFileSync(join(app, 'package.json'), '{ "private": true, "type": "module" }');
  const koffi = inRoot(`node_modules/@koromix/koffi-linux-${process.arch}`);
  const packed = await npm('pack', '--silent', koffi);
  await npm('install', packed.trim(), inject('packages').node);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

test('the command runs a container', async (context) => {
  needRoot(context);
  need(context, 'busybox');
  await runsOn('quickjs');
  expect(await runContainer()).toEqual({ code: 42, signal: null, stdout: 'contained\n', stderr: '' });
});

test('the command runs on Node where the executable cannot be executed', async (context) => {
  needRoot(context);
  need(context, 'busybox');
  const executable = join(app, `node_modules/tsrun/executables/tsrun-${process.arch}`);
  renameSync(executable, `${executable}.away`);
  try {
    await runsOn('node');
    await runsOn('node', { NODE_OPTIONS: '--require=/nowhere' });
    expect(await runContainer()).toEqual({ code: 42, signal: null, stdout: 'contained\n', stderr: '' });
  } finally {
    renameSync(`${executable}.away`, executable);
  }
});

test('the package has both executables', (context) => {
  need(context, 'crossGcc', 'crossLibc', 'qemuUser');
  expect(readdirSync(join(app, 'node_modules/tsrun/executables'))).toEqual(['tsrun-arm64', 'tsrun-x64']);
});

test('the library checks a configuration and plans a container', async (context) => {
  need(context, 'busybox');
  await using rig = makeRig([command]);
  const bundle = rig.bundle({ applets: ['sh'] });
  const wrong = join(app, 'wrong.json');
  writeFileSync(wrong, '{\n  "ociVersion": 1\n}');
  const { stdout, stderr } = await node(`
    import { loadConfig, plan, RuntimeError, specVersion, version } from 'tsrun';
    const { config, warnings } = await loadConfig(${JSON.stringify(join(bundle.path, 'config.json'))});
    const { create, start } = await plan({ bundle: ${JSON.stringify(bundle.path)} });
    const error = await loadConfig(${JSON.stringify(wrong)}).catch((thrown) => thrown);
    console.log(JSON.stringify({
      versions: [await version(), specVersion], args: config.process.args, warnings,
      steps: [create[0].name, start.at(-1).name],
      error: [error instanceof RuntimeError, error.code, error.details.findings[0].line],
    }));`);
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({
    versions: [manifest.version, '1.3.0'],
    args: ['/bin/true'],
    warnings: [],
    steps: ['start the init stub', expect.any(String)],
    error: [true, 'config', expect.any(Number)],
  });
});

/** The declarations are written by hand but for the configuration: this holds them to the source. */
test('its types are those of the source', async () => {
  const source = JSON.stringify(inRoot('src/library/tsrun.ts'));
  writeFileSync(
    join(app, 'types.ts'),
    `import type * as packaged from 'tsrun';
import type * as source from ${source};
/** CommonJS has a default. */
type Exports<T> = Exclude<keyof T, 'default'>;
export const names: Exports<typeof packaged> = '' as Exports<typeof source>;
export const back: Exports<typeof source> = '' as Exports<typeof packaged>;
export const loaded: packaged.LoadedConfig = {} as source.LoadedConfig;
export const config: source.LoadedConfig = {} as packaged.LoadedConfig;
export const options: source.PlanOptions = {} as packaged.PlanOptions;
export const given: packaged.PlanOptions = {} as source.PlanOptions;
export const planned: Awaited<ReturnType<typeof packaged.plan>> = {} as Awaited<ReturnType<typeof source.plan>>;
export const error: packaged.RuntimeError = {} as source.RuntimeError;
export const wrong: number = {} as packaged.Config['process']['args'];
`,
  );
  const settings = ['--strict', '--exactOptionalPropertyTypes', '--noEmit', '--skipLibCheck'];
  const modules = ['--module', 'nodenext', '--target', 'esnext', '--allowImportingTsExtensions'];
  const json = ['--resolveJsonModule', '--typeRoots', inRoot('node_modules/@types'), '--types', 'node'];
  const compiler = inRoot('node_modules/.bin/tsc');
  const { stdout } = spawnSync(process.execPath, [compiler, ...settings, ...modules, ...json, 'types.ts'], {
    cwd: app,
    encoding: 'utf8',
  });
  // The one line that is wrong is the proof that the others were looked at.
  expect(stdout).toMatch(/^types\.ts\(13,14\): error TS2322: Type 'string\[\]' is not assignable[^\n]*\n$/);
});

async function runsOn(jsRuntime: string, more: Readonly<Record<string, string>> = {}): Promise<void> {
  const version = await execute(command, ['--version'], { env: { ...env, ...more } });
  expect(version).toMatchObject({ code: 0, stderr: '' });
  expect(version.stdout).toMatch(new RegExp(`^tsrun version .*\\n${jsRuntime}: \\d+`, 's'));
}

async function runContainer(): Promise<Result> {
  await using rig = makeRig([command]);
  const bundle = rig.bundle({ config: (c) => (c.process.args = ['sh', '-c', 'echo contained; exit 42']) });
  return await rig.tsrun(['run', '--bundle', bundle.path, rig.id()], { env });
}

async function npm(...args: readonly string[]): Promise<string> {
  const quiet = ['--offline', '--no-audit', '--no-fund', '--ignore-scripts', '--no-update-notifier'];
  const options = { cwd: app, env: { ...process.env, HOME: home, PATH: env.PATH } as Record<string, string> };
  const { code, stdout, stderr } = await execute('npm', [...args, ...quiet], {
    ...options,
    timeout: 100_000,
  });
  if (code !== 0) throw new Error(`npm ${args[0]}: ${stderr}`);
  return stdout;
}

function node(script: string) {
  return execute(realpathSync(join(home, 'bin/node')), ['--input-type=module', '--eval', script], {
    cwd: app,
    env,
  });
}
