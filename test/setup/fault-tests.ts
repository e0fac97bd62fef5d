/** What happens when the runtime is killed, its stub is killed, or a system call fails: as root, and as anybody. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, type TestContext, test } from 'vitest';
import type { LooseConfig } from './base-config.ts';
import { full, rounds } from './batteries.ts';
import { environment, expectRecovery, type Place, places, tsrunLine, withFault } from './faults.ts';
import { need } from './needs.ts';
import { startOutlived } from './outlived.ts';
import { patience } from './patience.ts';
import { randomNumbers, seed } from './random.ts';
import { remains } from './remains.ts';
import { makeRig, type Rig } from './rig.ts';

/** What a container is made of; each kind has steps of its own. */
export type Variants = Readonly<Record<string, (config: LooseConfig) => void>>;

/** Node takes three times as long as QuickJS, and the steps are the same ones. */
const short = process.env.TSRUN_JS_RUNTIME === 'node';
const count = rounds({ sample: short ? 20 : 60, all: short ? 200 : 600 });

/** Calls of the runtime that change something, or after which something has changed. */
const ACTS = [
  ...['mkdir', 'chmod', 'chown', 'fchmod', 'rename', 'write', 'unlink', 'unlinkat', 'rmdir', 'flock'],
  ...[
    'socketpair',
    'mknodat',
    'ppoll',
    'bind',
    'listen',
    'connect',
    'sendto',
    'recvfrom',
    'pidfd_send_signal',
    'waitid',
    'exit_group',
  ],
];

/** Calls of the init stub. */
const SETUP = [
  ...['fsopen', 'fsconfig', 'fsmount', 'open_tree', 'move_mount', 'mount_setattr', 'mount', 'pivot_root'],
  ...[
    'umount2',
    'fchdir',
    'sethostname',
    'mknodat',
    'symlinkat',
    'setgroups',
    'setresuid',
    'setresgid',
    'capset',
  ],
];

const HELD = ['/bin/sleep', '1000'];

async function bundleOf(rig: Rig, variant: (config: LooseConfig) => void, args: readonly string[]) {
  return rig.bundle({
    config: (config) => {
      config.process.args = args;
      variant(config);
    },
  }).path;
}

/** Some of each call's uses stand for the others, unless there is time for all. */
function sample(all: readonly Place[]): readonly Place[] {
  if (full) return all;
  const names = [...new Set(all.map(({ name }) => name))];
  return names.flatMap((name) => {
    const same = all.filter((one) => one.name === name);
    const middle = same[same.length >> 1];
    return [...new Set(short ? [middle] : [same[0], middle, same.at(-1)])].filter((one) => one !== undefined);
  });
}

export function faultTests(variants: Variants, check: (context: TestContext) => void): void {
  const names = Object.keys(variants);
  const variantOf = (name: string) => variants[name] as (config: LooseConfig) => void;
  const prepare = (context: TestContext) => {
    check(context);
    need(context, 'busybox', 'strace');
  };

  describe('the runtime is killed at each of its steps', () => {
    test.for(['create', 'start', 'delete'] as const)(
      'of %s',
      { timeout: patience(120_000) },
      async (command, context) => {
        prepare(context);
        await using rig = makeRig();
        const bundle = await bundleOf(rig, variantOf(names.at(-1) as string), HELD);
        const id = rig.id();
        const args = {
          create: ['create', '--bundle', bundle, id],
          start: ['start', id],
          delete: ['delete', '--force', id],
        } as const;
        const prepared = async () => {
          if (command === 'create') return undefined;
          const created = startOutlived(tsrunLine(rig, args.create), { env: environment() });
          expect(await created.exited, created.stderr()).toMatchObject({ code: 0 });
          return created;
        };
        // The first container makes directories that stay.
        await start(rig, args.create).exited;
        await rig.tsrun(args.delete, { env: environment() });
        const first = await prepared();
        const all = await places(rig, args[command], ACTS);
        expect(all.length).toBeGreaterThanOrEqual(5);
        await rig.tsrun(args.delete, { env: environment() });
        expect(await first?.allEnded()).not.toBe(false);
        let reached = 0;
        for (const place of all) {
          const created = await prepared();
          const killed = withFault(rig, args[command], place, 'signal=KILL');
          const what = `killed before ${place.name} number ${place.when}`;
          // A call that was interrupted, and so made twice, may not be this time: the last one is not reached then.
          if ((await killed.exited).code !== 0) reached += 1;
          await expectRecovery(rig, id, created ?? killed, what);
        }
        expect(reached).toBeGreaterThanOrEqual(all.length - 2);
      },
    );
  });

  test('the runtime is killed at any moment', {
    timeout: patience(full ? 900_000 : 120_000),
  }, async (context) => {
    check(context);
    need(context, 'busybox');
    await using rig = makeRig();
    const chosen = seed();
    const random = randomNumbers(chosen);
    const bundles = await Promise.all(names.map((name) => bundleOf(rig, variantOf(name), HELD)));
    for (let round = 0; round < count; round += 1) {
      const id = rig.id();
      const bundle = bundles[round % bundles.length] as string;
      const command = COMMANDS[Math.floor(random() * COMMANDS.length)] ?? 'create';
      const delay = random() * (process.env.TSRUN_JS_RUNTIME === 'node' ? 140 : 60);
      const what = `seed ${chosen}, round ${round}: ${command} killed after ${delay.toFixed(1)} ms`;
      const created =
        command === 'create' || command === 'run'
          ? undefined
          : await start(rig, ['create', '--bundle', bundle, id]);
      await created?.exited;
      const killed = start(rig, COMMAND_LINES[command](bundle, id));
      await new Promise((resolve) => setTimeout(resolve, delay));
      killed.kill();
      await killed.exited;
      await expectRecovery(rig, id, created ?? killed, what);
    }
  });

  test.for(names)(
    'a system call of the set-up fails: %s',
    { timeout: patience(full ? 600_000 : 120_000) },
    async (name, context) => {
      prepare(context);
      await using rig = makeRig();
      const bundle = await bundleOf(rig, variantOf(name), ['/bin/true']);
      const log = join(rig.path, 'log');
      const all = await places(rig, ['run', '--bundle', bundle, rig.id()], SETUP, FOLLOW);
      const failed = new Set<string>();
      for (const place of sample(all)) {
        const id = rig.id();
        const run = ['--log', log, '--log-format', 'json', 'run', '--bundle', bundle, id];
        rmSync(log, { force: true });
        const command = withFault(rig, run, place, 'error=EIO', FOLLOW);
        const { code } = await command.exited;
        const what = `${place.name} number ${place.when} failed`;
        expect(await command.allEnded(), `${what}: processes are left`).toBe(true);
        expect(remains(rig, id), what).toEqual([]);
        // Some have another way, or do not matter.
        if (code === 0) continue;
        failed.add(place.name);
        expect(code, `${what}: ${command.stderr()}`).toBe(1);
        const record = JSON.parse(readFileSync(log, 'utf8'));
        expect(record, what).toMatchObject({
          level: 'error',
          call: place.name,
          errno: 'EIO',
          step: expect.any(String),
        });
        expect(command.stderr(), what).toContain(`tsrun: ${record.msg}\n`);
        expect(record.msg, what).toMatch(/^cannot .*EIO/);
      }
      expect([...failed]).toEqual(
        expect.arrayContaining(['fsopen', 'fsconfig', 'fsmount', 'move_mount', 'pivot_root', 'capset']),
      );
    },
  );

  test('the stub is killed', { timeout: patience(60_000) }, async (context) => {
    prepare(context);
    await using rig = makeRig();
    const bundle = await bundleOf(rig, variantOf(names.at(-1) as string), ['/bin/true']);
    const all = await places(rig, ['run', '--bundle', bundle, rig.id()], SETUP, FOLLOW);
    for (const place of all.filter(({ when }) => when === 1)) {
      const id = rig.id();
      const command = withFault(rig, ['run', '--bundle', bundle, id], place, 'signal=KILL', FOLLOW);
      const what = `killed before ${place.name}`;
      expect((await command.exited).code, `${what}: ${command.stderr()}`).toBe(1);
      expect(command.stderr(), what).toMatch(/stub has ended|was killed before it executed its program/);
      expect(await command.allEnded(), `${what}: processes are left`).toBe(true);
      expect(remains(rig, id), what).toEqual([]);
    }
  });

  test('the terminal cannot be served', async (context) => {
    prepare(context);
    await using rig = makeRig();
    const bundle = await bundleOf(rig, (config) => (config.process.terminal = true), ['/bin/sleep', '1']);
    const run = (id: string) => ['run', '--bundle', bundle, id];
    // The last one makes the terminal's other side non-blocking, and the program is executed by then.
    const last = (await places(rig, run(rig.id()), ['fcntl'])).at(-1) as Place;
    const id = rig.id();
    const command = withFault(rig, run(id), last, 'error=EIO');
    expect([(await command.exited).code, command.stderr()]).toEqual([
      1,
      expect.stringContaining('fcntl: EIO'),
    ]);
    expect(remains(rig, id)).toEqual([]);
  });

  test('clone3 is refused, as in a sandbox', async (context) => {
    prepare(context);
    await using rig = makeRig();
    const bundle = await bundleOf(rig, variantOf(names.at(-1) as string), ['/bin/true']);
    const id = rig.id();
    const strace = [
      'strace',
      '-qq',
      ...FOLLOW,
      '-o',
      '/dev/null',
      '-e',
      'trace=clone3',
      '-e',
      'inject=clone3:error=ENOSYS',
    ];
    const command = startOutlived([...strace, ...tsrunLine(rig, ['run', '--bundle', bundle, id])], {
      env: environment(),
    });
    expect([(await command.exited).code, command.stderr()]).toEqual([0, '']);
    expect(remains(rig, id)).toEqual([]);
  });
}

/** The stub too; only calls that are asked for stop the process. */
const FOLLOW = ['-f', '--seccomp-bpf'];

const COMMANDS = ['create', 'start', 'delete', 'run'] as const;

const COMMAND_LINES: Readonly<Record<(typeof COMMANDS)[number], (bundle: string, id: string) => string[]>> = {
  create: (bundle, id) => ['create', '--bundle', bundle, id],
  start: (_, id) => ['start', id],
  delete: (_, id) => ['delete', '--force', id],
  run: (bundle, id) => ['run', '--bundle', bundle, id],
};

function start(rig: Rig, args: readonly string[]) {
  return startOutlived(tsrunLine(rig, args), { env: environment() });
}
