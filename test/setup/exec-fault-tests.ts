/** What happens when `exec` is killed, or one of its system calls fails: either there is a process, or nothing of it. */
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, type TestContext, test } from 'vitest';
import { full } from './batteries.ts';
import { type Place, places, withFault } from './faults.ts';
import { need } from './needs.ts';
import { patience } from './patience.ts';
import { sleepingBundle, started } from './probe-container.ts';
import { makeRig, type Rig } from './rig.ts';

/** Calls that change something, or after which something has changed. */
const ACTS = ['socketpair', 'sendto', 'recvfrom', 'waitid', 'pidfd_open', 'renameat2', 'exit_group'];

/** Calls of the runtime and of the stub on the way to the program, and behind it. */
const CALLS = [
  ...['setns', 'setsid', 'setgroups', 'setresuid', 'setresgid', 'capset', 'close_range'],
  ...['pidfd_open', 'renameat2'],
];

/** The stub too; only calls that are asked for stop the process. */
const FOLLOW = ['-f', '--seccomp-bpf'];

export function execFaultTests(check: (context: TestContext) => void): void {
  describe('exec', () => {
    test('is killed at each of its steps', { timeout: patience(120_000) }, async (context) => {
      check(context);
      need(context, 'busybox', 'strace');
      await using rig = makeRig();
      const container = await containerOf(rig);
      let reached = 0;
      const all = await places(rig, container.exec('true'), ACTS);
      expect(all.length).toBeGreaterThan(5);
      for (const place of all) {
        const killed = withFault(rig, container.exec('sleep', '500'), place, 'signal=KILL');
        if ((await killed.exited).code !== 0) reached += 1;
        const what = `killed before ${place.name} number ${place.when}`;
        // A stub ends with its socket, and a program lives on: its caller may have been told of it.
        await expect.poll(container.others, { message: what }).not.toContain('tsrun:init');
        await container.endOthers();
      }
      expect(reached).toBeGreaterThanOrEqual(all.length - 2);
    });

    test('has a system call that fails', { timeout: patience(120_000) }, async (context) => {
      check(context);
      need(context, 'busybox', 'strace');
      await using rig = makeRig();
      const container = await containerOf(rig);
      const failed = new Set<string>();
      const all = await places(rig, container.exec('true'), CALLS, FOLLOW);
      await container.endOthers();
      for (const place of full ? all : all.filter(({ when }) => when === 1 || when === 2)) {
        // strace waits for all processes: one that lives on shows by what it does.
        const program = ['sh', '-c', 'sleep 0.5; > /mark'];
        const command = withFault(rig, container.exec(...program), place, 'error=EIO', FOLLOW);
        const { code } = await command.exited;
        const what = `${place.name} number ${place.when} failed: ${command.stderr()}`;
        if (code === 0) expect([container.pidFiles(), container.mark()], what).toEqual([['exec.pid'], true]);
        else {
          failed.add(place.name);
          expect([code, container.pidFiles(), container.mark()], what).toEqual([255, [], false]);
        }
        await container.endOthers();
      }
      expect([...failed]).toEqual(expect.arrayContaining(['setns', 'setsid', 'capset', 'renameat2']));
    });

    test('cannot serve its terminal', async (context) => {
      check(context);
      need(context, 'busybox', 'strace');
      await using rig = makeRig();
      const container = await containerOf(rig);
      // The last one makes the terminal's other side non-blocking, and the program is executed by then.
      const last = (await places(rig, container.execWithTerminal('true'), ['fcntl'])).at(-1) as Place;
      const command = withFault(rig, container.execWithTerminal('sleep', '500'), last, 'error=EIO');
      expect([(await command.exited).code, command.stderr()]).toEqual([
        255,
        expect.stringContaining('fcntl: EIO'),
      ]);
      expect(container.others()).toEqual([]);
    });
  });
}

async function containerOf(rig: Rig) {
  const bundle = sleepingBundle(rig);
  const id = await started(rig, bundle);
  const { pid } = JSON.parse((await rig.tsrun(['state', id])).stdout);
  const file = join(rig.path, 'exec.pid');
  const mark = join(bundle.rootfs, 'mark');
  const namespace = namespaceOf(pid);
  const pids = () =>
    readdirSync('/proc').filter(
      (one) => Number(one) !== pid && /^\d+$/.test(one) && namespaceOf(one) === namespace,
    );
  // The first process reaps none that others have left behind.
  const others = () => pids().flatMap(commandOf);
  return {
    exec: (...args: string[]) => ['exec', '--detach', '--pid-file', file, id, ...args],
    execWithTerminal: (...args: string[]) => ['exec', '--tty', id, ...args],
    /** The names of all processes but the first. */
    others,
    async endOthers() {
      for (const one of pids()) kill(Number(one));
      await expect.poll(others).toEqual([]);
      for (const made of [file, mark]) rmSync(made, { force: true });
    },
    mark: () => existsSync(mark),
    pidFiles: () => readdirSync(dirname(file)).filter((name) => name.includes(basename(file))),
  };
}

/** @returns undefined for a process that is gone */
function namespaceOf(pid: number | string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

/** @returns nothing for a process that has ended: a zombie has no command line */
function commandOf(pid: string): string[] {
  try {
    const [name = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return name === '' ? [] : [name];
  } catch {
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
