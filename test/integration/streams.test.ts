/** The standard streams of a process that is not root: it opens them anew, as what logs to /dev/stdout does. */
import { chmodSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { LooseConfig } from '../setup/base-config.ts';
import { need, needRoot } from '../setup/needs.ts';
import { stateOf } from '../setup/probe-container.ts';
import { makeRig, type Rig } from '../setup/rig.ts';
import { needRanges, withRanges } from '../setup/subordinate-ranges.ts';

const isRoot = process.getuid?.() === 0;

/** Pass on the command's streams, and show what came out of them. */
const kinds = {
  pipes: 'echo typed | { "$@"; } 2>&1 | cat',
  FIFOs:
    'cd "$0" && mkfifo -m 600 in out && exec 3<>in && echo typed >&3 && { cat out & } && "$@" <in >out 2>out 3<&-; rm in out; wait',
  // What belongs to another may not be opened afterwards.
  'files of mode 0600':
    'cd "$0" && umask 077 && echo typed >in && exec 3<>out && "$@" <in >>out 2>>out 3<&-; cat <&3; rm -f in out',
} as const;

const script = ['sh', '-c', 'echo out >>/dev/stdout; echo err >>/dev/stderr; head -n 1 /dev/stdin'];
const all = 'out\nerr\ntyped\n';

/** With directories that the user of a container may pass. */
function openRig(): Rig {
  const rig = makeRig();
  chmodSync(rig.path, 0o711);
  const bundle: Rig['bundle'] = (options) => {
    const made = rig.bundle(options);
    chmodSync(made.path, 0o711);
    return made;
  };
  return { ...rig, bundle };
}

/** An ordinary user is warned that there is but one id. */
const quiet = ['--log', '/dev/null'];

const through = (line: string, rig: Rig) => ({ through: ['sh', '-c', line, rig.path] });

const silent = { through: ['sh', '-c', 'exec "$@" </dev/null >/dev/null 2>/dev/null', 'sh'] };

function asUser(config: LooseConfig): void {
  config.process.user = { uid: 1000, gid: 1000 };
  config.process.args = script;
}

function mapped({ linux }: LooseConfig): void {
  linux.namespaces.push({ type: 'user' });
  linux.uidMappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
  linux.gidMappings = linux.uidMappings;
}

function sleeping(config: LooseConfig): void {
  config.process.user = { uid: 1000, gid: 1000 };
  config.process.args = ['sleep', '600'];
}

for (const [kind, line] of Object.entries(kinds)) {
  test(`${kind} belong to the user of the process that run starts`, async (context) => {
    need(context, 'busybox');
    await using rig = openRig();
    const bundle = rig.bundle({ config: asUser });
    const result = await rig.tsrun([...quiet, 'run', '--bundle', bundle.path, rig.id()], through(line, rig));
    expect(result).toMatchObject({ stdout: all, stderr: '' });
  });

  test(`${kind} belong to the user in a user namespace`, async (context) => {
    need(context, 'busybox');
    needRoot(context);
    await using rig = openRig();
    const bundle = rig.bundle({
      config: (config) => {
        asUser(config);
        mapped(config);
      },
    });
    const result = await rig.tsrun([...quiet, 'run', '--bundle', bundle.path, rig.id()], through(line, rig));
    expect(result).toMatchObject({ stdout: all, stderr: '' });
  });

  test(`${kind} belong to the user of what exec starts, without and with a user namespace`, async (context) => {
    need(context, 'busybox');
    await using rig = openRig();
    for (const change of isRoot ? [() => {}, mapped] : [() => {}]) {
      const bundle = rig.bundle({
        config: (config) => {
          sleeping(config);
          change(config);
        },
      });
      const id = rig.id();
      await rig.tsrun(['run', '--detach', '--bundle', bundle.path, id], silent);
      const result = await rig.tsrun([...quiet, 'exec', id, ...script], through(line, rig));
      expect(result).toMatchObject({ stdout: all, stderr: '' });
    }
  });
}

/** As `pipes`, and starts the container between its two ends. */
const startedLater = 'echo typed | { "$@" && "$1" "$2" "$3" start "$9"; } 2>&1 | cat';

test('create gives them away, and start uses them', async (context) => {
  need(context, 'busybox');
  await using rig = openRig();
  const bundle = rig.bundle({ config: asUser });
  const result = await rig.tsrun(
    [...quiet, 'create', '--bundle', bundle.path, rig.id()],
    through(startedLater, rig),
  );
  expect(result).toMatchObject({ stdout: all, stderr: '' });
});

test('a subordinate id owns them', async (context) => {
  context.skip(isRoot, 'for ordinary users');
  need(context, 'busybox');
  needRanges(context);
  await using rig = openRig();
  for (const line of Object.values(kinds)) {
    const bundle = rig.bundle({
      config: (config) => {
        asUser(config);
        withRanges(config);
      },
    });
    const result = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()], through(line, rig));
    expect(result).toMatchObject({ stdout: all, stderr: '' });
  }
});

test('a joined user namespace has a user that they can belong to', async (context) => {
  need(context, 'busybox');
  needRoot(context);
  await using rig = openRig();
  const first = rig.id();
  const one = rig.bundle({
    config: (config) => {
      sleeping(config);
      mapped(config);
    },
  });
  await rig.tsrun(['run', '--detach', '--bundle', one.path, first], silent);
  const { pid } = await stateOf(rig, first);
  const other = rig.bundle({
    config: (config) => {
      asUser(config);
      config.linux.namespaces.push({ type: 'user', path: `/proc/${pid}/ns/user` });
    },
  });
  const result = await rig.tsrun(
    [...quiet, 'run', '--bundle', other.path, rig.id()],
    through(kinds.pipes, rig),
  );
  expect(result).toMatchObject({ stdout: all, stderr: '' });
});

test("the machine's null device and the group of a file stay as they are", async (context) => {
  need(context, 'busybox');
  needRoot(context);
  await using rig = openRig();
  for (const change of [() => {}, mapped]) {
    const bundle = rig.bundle({
      config: (config) => {
        asUser(config);
        change(config);
      },
    });
    const line = `exec "$@" </dev/null >"$0/out" 2>/dev/null`;
    await rig.tsrun([...quiet, 'run', '--bundle', bundle.path, rig.id()], through(line, rig));
    expect(statSync('/dev/null')).toMatchObject({ uid: 0, gid: 0 });
    expect(statSync(`${rig.path}/out`)).toMatchObject({ uid: change === mapped ? 101_000 : 1000, gid: 0 });
  }
});

test('runc and crun give them away as well', async (context) => {
  needRoot(context);
  need(context, 'busybox', 'runc', 'crun');
  await using rig = openRig();
  const bundle = rig.bundle({ config: asUser });
  // In the foreground runc puts pipes of its own between.
  for (const runtime of ['runc', 'crun'] as const) {
    const args = ['run', '--detach', '--bundle', bundle.path, rig.id()];
    const result = await rig[runtime](args, through(kinds.pipes, rig));
    expect(result).toMatchObject({ stdout: all, stderr: '' });
  }
});
