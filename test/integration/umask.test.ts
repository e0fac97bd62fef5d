/** What tsrun creates does not depend on its caller's umask; files that are the caller's, and hooks, keep it. */
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type TestContext, test } from 'vitest';
import { environment } from '../setup/faults.ts';
import { need } from '../setup/needs.ts';
import { remains } from '../setup/remains.ts';
import { makeRig, type Rig } from '../setup/rig.ts';

const mode = (path: string) => lstatSync(path).mode & 0o7777;

/** tsrun with a umask; what it has written is in files that were opened before. */
async function under(rig: Rig, umask: string, args: readonly string[]): Promise<string> {
  const output = join(rig.path, 'output');
  const line = `exec </dev/null >${output} 2>&1; umask ${umask}; exec "$@"`;
  const { code } = await rig.tsrun(args, { env: environment(), through: ['sh', '-c', line, 'sh'] });
  const text = readFileSync(output, 'utf8');
  expect([args[0], code, text.includes('tsrun: ')], text).toEqual([args[0], 0, false]);
  return text;
}

/** The modes of all that a container is made of. */
async function modes(umask: string): Promise<Readonly<Record<string, number | string>>> {
  await using rig = makeRig();
  const id = rig.id();
  const bundle = rig.bundle({
    config: (config) => {
      config.process.args = ['sleep', '600'];
      config.annotations = { 'org.tsrun.overlay': 'disk' };
      config.mounts.push({ destination: '/made/for/mount', type: 'tmpfs', source: 'tmpfs' });
    },
  });
  await under(rig, umask, ['create', '--bundle', bundle.path, id]);
  const state = join(rig.root, id);
  const record = JSON.parse(readFileSync(join(state, 'state.json'), 'utf8'));
  const paths: readonly (readonly [string, string])[] = [
    ['root', rig.root],
    ['state', state],
    ...readdirSync(state).map((name) => [name, join(state, name)] as const),
    ...record.cgroups.map((path: string) => [path.replace(id, ''), path]),
    ...['', 'upper', 'work'].map((name) => [`layer/${name}`, join(record.dataDirectory, name)] as const),
  ];
  const seen = paths
    .filter(([, path]) => existsSync(path))
    .map(([name, path]) => [name, mode(path)] as const);
  const look = ['sh', '-c', 'umask; stat -c %a /made /made/for /dev /dev/pts'];
  const inside = await under(rig, umask, ['exec', id, ...look]);
  await under(rig, umask, ['start', id]);
  await under(rig, umask, ['delete', '--force', id]);
  expect(remains(rig, id)).toEqual([]);
  return { ...Object.fromEntries(seen), inside };
}

const prepare = (context: TestContext) => need(context, 'busybox');

test.for(['0777', '0077', '0'])(
  'with %s everything has the same modes as with 022',
  async (umask, context) => {
    prepare(context);
    const usual = await modes('022');
    expect(Object.keys(usual).length).toBeGreaterThan(8);
    expect(await modes(umask)).toEqual(usual);
  },
);

test('spec, the log and hooks have the umask of the caller, but their owner may use them', async (context) => {
  prepare(context);
  await using rig = makeRig();
  const bundle = rig.bundle({
    config: (config) => {
      config.process.args = ['true'];
      config.hooks = { prestart: [{ path: '/bin/sh', args: ['sh', '-c', 'umask >&2; exit 1'] }] };
    },
  });
  for (const [umask, expected] of [
    ['027', 0o640],
    ['0777', 0o600],
  ] as const) {
    const directory = join(rig.path, `spec-${umask}`);
    const log = join(rig.path, `log-${umask}`);
    mkdirSync(directory);
    await under(rig, umask, ['spec', '--rootless', '--bundle', directory]);
    expect(mode(join(directory, 'config.json'))).toBe(expected);
    const through = ['sh', '-c', `umask ${umask}; exec "$@"`, 'sh'];
    const run = ['--log', log, 'run', '--bundle', bundle.path, rig.id()];
    const { stderr } = await rig.tsrun(run, { env: environment(), through });
    expect(stderr).toContain(umask.padStart(4, '0'));
    expect(mode(log)).toBe(expected);
  }
});
