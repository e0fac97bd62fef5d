/** Namespaces with a path, of every kind: joined, or refused with the reason. */
import { mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { need, needRoot } from '../setup/needs.ts';
import { type Bundle, makeRig, type Rig } from '../setup/rig.ts';
import { type Running, startProgram } from '../setup/running.ts';

/** Type in the configuration, name in /proc, option of unshare(1). */
const kinds = [
  ['ipc', 'ipc', '--ipc'],
  ['uts', 'uts', '--uts'],
  ['network', 'net', '--net'],
  ['cgroup', 'cgroup', '--cgroup'],
  ['time', 'time', '--time'],
  ['pid', 'pid', '--pid'],
  ['mount', 'mnt', '--mount'],
] as const;

type Kind = (typeof kinds)[number];
const isRoot = process.getuid?.() === 0;

/** A process in new namespaces of these kinds; an ordinary user has a user namespace around them. */
async function neighbour(options: readonly string[]): Promise<Running & { readonly pid: number }> {
  const own = isRoot ? [] : ['--user', '--map-root-user'];
  const program = startProgram('unshare', [
    ...own,
    ...options,
    ...['--fork', '--kill-child'],
    'sh',
    '-c',
    'echo ready; exec sleep 600',
  ]);
  await program.shows(/ready/);

  const parent = program.child.pid as number;
  const [pid = 0] = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').split(' ').map(Number);
  return Object.assign(program, { pid });
}

function bundleWith(rig: Rig, paths: Readonly<Record<string, string>>, args: readonly string[]): Bundle {
  return rig.bundle({
    config: (config) => {
      const { namespaces } = config.linux;
      for (const [type, path] of Object.entries(paths)) {
        const own = namespaces.find((one: { type: string }) => one.type === type);
        if (own) own.path = path;
        else namespaces.push({ type, path });
      }
      // It belongs to its owner.
      if ('uts' in paths) delete config.hostname;
      config.process.args = args;
    },
  });
}

async function run(
  rig: Rig,
  paths: Readonly<Record<string, string>>,
  args: readonly string[],
  runtime: 'tsrun' | 'runc' = 'tsrun',
) {
  return rig[runtime](['run', '--bundle', bundleWith(rig, paths, args).path, rig.id()]);
}

describe('a namespace with a path', () => {
  test.for(kinds.filter(([type]) => type !== 'mount'))(
    'of kind %s is joined',
    async ([type, file, option]: Kind, context) => {
      need(context, 'busybox');
      needRoot(context);
      await using rig = makeRig();
      await using other = await neighbour([option]);
      const path = `/proc/${other.pid}/ns/${file}`;
      const result = await run(rig, { [type]: path }, ['readlink', `/proc/self/ns/${file}`]);
      expect(result).toMatchObject({ code: 0, stderr: '', stdout: `${readlinkSync(path)}\n` });
    },
  );

  test('may be several, with the user namespace that owns them', async (context) => {
    need(context, 'busybox');
    context.skip(isRoot, 'for an ordinary user');
    await using rig = makeRig();
    await using other = await neighbour(['--uts', '--ipc', '--net']);
    const at = (file: string) => `/proc/${other.pid}/ns/${file}`;
    const paths = { user: at('user'), uts: at('uts'), ipc: at('ipc'), network: at('net') };
    const names = ['user', 'uts', 'ipc', 'net'];
    const links = names.map((name) => `readlink /proc/self/ns/${name}`).join('; ');
    const bundle = bundleWith(rig, paths, ['sh', '-c', `${links}; grep ^CapBnd /proc/self/status | cut -f2`]);
    const config = join(bundle.path, 'config.json');

    const parsed = JSON.parse(readFileSync(config, 'utf8'));
    delete parsed.linux.uidMappings;
    delete parsed.linux.gidMappings;
    writeFileSync(config, JSON.stringify(parsed));
    const result = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()]);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout.trimEnd().split('\n')).toEqual([
      ...names.map((name) => readlinkSync(at(name))),
      // Its root may have what the root of any user namespace may.
      '0000000020000420',
    ]);
  });

  test.for(kinds)("of kind %s may be the caller's own", async ([type, file]: Kind, context) => {
    need(context, 'busybox');
    needRoot(context);
    context.skip(type === 'mount', 'the root would be changed for the caller too');
    await using rig = makeRig();
    const result = await run(rig, { [type]: `/proc/self/ns/${file}` }, ['readlink', `/proc/self/ns/${file}`]);
    expect(result).toMatchObject({
      code: 0,
      stderr: '',
      stdout: `${readlinkSync(`/proc/self/ns/${file}`)}\n`,
    });
  });

  test.for(kinds)('of kind %s is an error where it is of another kind', async ([type]: Kind, context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const path = `/proc/self/ns/${type === 'uts' ? 'ipc' : 'uts'}`;
    const result = await run(rig, { [type]: path }, ['true']);
    expect(result.code).toBe(1);
    const other = type === 'uts' ? 'an? ipc' : 'an? uts';
    expect(result.stderr).toMatch(
      new RegExp(`"${path}" is ${other} namespace, and not an? ${type} namespace`),
    );
    expect(result.stderr).toMatch(/\(\/linux\/namespaces\/\d\/path\)/);
  });

  test.for([
    ['/proc/self/ns/nothing', /cannot open the network namespace "\/proc\/self\/ns\/nothing".*ENOENT/s],
    ['/etc/passwd', /"\/etc\/passwd" is no namespace, and not a network namespace/],
    ['DIRECTORY', /is no namespace, and not a network namespace/],
  ] as const)('is an error where there is none: %s', async ([path, message], context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const directory = join(rig.path, 'directory');
    mkdirSync(directory);
    const id = rig.id();
    const bundle = bundleWith(rig, { network: path === 'DIRECTORY' ? directory : path }, ['true']);
    const result = await rig.tsrun(['run', '--bundle', bundle.path, id]);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(message);
    expect(await rig.tsrun(['state', id])).toMatchObject({ code: 1 });
  });
});

test('a time namespace that is joined has its own offsets', async (context) => {
  need(context, 'busybox');
  needRoot(context);
  await using rig = makeRig();
  await using other = await neighbour(['--time', '--boottime', '1000000']);
  const result = await run(rig, { time: `/proc/${other.pid}/ns/time` }, [
    'cut',
    '-d.',
    '-f1',
    '/proc/uptime',
  ]);
  expect(Number(result.stdout)).toBeGreaterThan(1_000_000);
});
