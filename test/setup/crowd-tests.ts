/**
 * Many containers with limits, eight at a time: created and deleted in whatever state they are in, and with a runtime
 * that is killed while it makes them. No cgroup, scope, process or state of them may be left. All two hundred with
 * TSRUN_LONG=1, otherwise a sample.
 */
import { describe, expect, type TestContext, test } from 'vitest';
import type { LooseConfig } from './base-config.ts';
import { full } from './batteries.ts';
import { environment } from './faults.ts';
import { limitsHere } from './limits-here.ts';
import { need } from './needs.ts';
import { type Outlived, startOutlived } from './outlived.ts';
import { patience } from './patience.ts';
import { choose, randomNumbers, seed } from './random.ts';
import { remains } from './remains.ts';
import { type Bundle, commands, makeRig, type Rig } from './rig.ts';

export interface Crowd {
  readonly rig: Rig;
  /** The program under test, with the options before the command. */
  readonly line: readonly string[];
  readonly bundle: (change: (config: LooseConfig) => void) => Bundle;
  /** `linux.resources`. */
  readonly resources: LooseConfig;
  /** What is left of a container beside what `remains` finds. */
  readonly left?: (id: string) => Promise<string[]>;
  /** How many where there is little time. */
  readonly sample?: number;
  /** Whether they can be paused: that needs a cgroup. */
  readonly pauses: boolean;
  /** False where a process stands between us and the runtime. */
  readonly kills: boolean;
}

/** Containers of whoever runs the tests, with the limits that these can have. */
export function ownCrowd(): Crowd {
  const rig = makeRig();
  const resources = limitsHere();
  return {
    rig,
    line: [...commands.tsrun(), '--root', rig.root],
    bundle: (config) => rig.bundle({ config, applets: ['sh', 'sleep', 'true'] }),
    resources,
    pauses: Object.keys(resources).length > 0,
    kills: true,
  };
}

const ALL = 200;
const SAMPLE = 24;
const AT_A_TIME = 8;

const SLEEP = ['sleep', '1000'];
/** Commands that bring a container into a state, after `create`. */
const states = {
  created: { program: SLEEP, commands: [] },
  running: { program: SLEEP, commands: ['start'] },
  paused: { program: SLEEP, commands: ['start', 'pause'] },
  stopped: { program: ['true'], commands: ['start'] },
  'with many processes': {
    program: ['sh', '-c', 'for i in 1 2 3 4 5; do sleep 1000 & done; wait'],
    commands: ['start'],
  },
} as const;
type State = keyof typeof states;

/** @param find skips the test where there is nothing to test with */
export function crowdTests(title: string, find: (context: TestContext) => Crowd): void {
  describe(title, () => {
    const timeout = patience(full ? 900_000 : 120_000);

    test('nothing is left of many containers', { timeout }, async (context) => {
      await using many = makeMany(context, find(context));
      const { random, crowd } = many;
      const possible = (Object.keys(states) as State[]).filter((state) => crowd.pauses || state !== 'paused');
      await many.each(async (id) => {
        const state = choose(random, possible);
        const sharesPids = random() < 0.3;
        const what = `${many.what}: ${state}${sharesPids ? ', no pid namespace' : ''}`;
        const create = many.start(['create', '--bundle', many.bundle(state, sharesPids), id]);
        expect([(await create.exited).code, create.stderr()], what).toEqual([0, '']);
        for (const command of states[state].commands) await many.succeed([command, id], what);
        await many.succeed(['delete', '--force', id], what);
        await many.expectNothing(id, create, what);
      });
    });

    test('nothing is left where the runtime was killed', { timeout }, async (context) => {
      const crowd = find(context);
      context.skip(!crowd.kills, 'a process stands between us and the runtime');
      await using many = makeMany(context, crowd);
      const { random } = many;
      const longest = patience(process.env.TSRUN_JS_RUNTIME === 'node' ? 600 : 250);
      await many.each(async (id) => {
        const command = choose(random, ['create', 'run', 'delete']);
        const sharesPids = random() < 0.3;
        const delay = random() * longest;
        const what = `${many.what}: ${command} killed after ${delay.toFixed(0)} ms`;
        const bundle = many.bundle('running', sharesPids);
        const create = many.start([command === 'run' ? 'run' : 'create', '--bundle', bundle, id]);
        if (command === 'delete') await create.exited;
        const killed = command === 'delete' ? many.start(['delete', '--force', id]) : create;
        await new Promise((resolve) => setTimeout(resolve, delay));
        killed.kill();
        await killed.exited;
        await many.succeed(['delete', '--force', id], what);
        await many.expectNothing(id, create, what);
      });
    });
  });
}

function makeMany(context: TestContext, crowd: Crowd) {
  need(context, 'busybox');
  const { rig, line } = crowd;
  const start = seed();
  const bundles = new Map<string, Bundle>();
  const run = (args: readonly string[]): Outlived =>
    startOutlived([...line, ...args], { env: environment() });
  const ids: string[] = [];
  return {
    crowd,
    random: randomNumbers(start),
    what: `seed ${start}`,
    start: run,
    bundle: (state: State, sharesPids: boolean) => {
      const key = `${state} ${sharesPids}`;
      const bundle = bundles.get(key) ?? makeBundle(crowd, states[state].program, sharesPids);
      bundles.set(key, bundle);
      return bundle.path;
    },
    /** So many at a time do something. */
    async each(act: (id: string) => Promise<void>) {
      let left = full ? ALL : (crowd.sample ?? SAMPLE);
      const lane = async () => {
        while (left-- > 0) {
          const id = rig.id();
          ids.push(id);
          await act(id);
        }
      };
      await Promise.all(Array.from({ length: AT_A_TIME }, lane));
    },
    async succeed(args: readonly string[], what: string) {
      const command = run(args);
      expect([(await command.exited).code, command.stderr()], `${what}: ${args[0]}`).toEqual([0, '']);
    },
    /** @param creator whose standard output all its processes have */
    async expectNothing(id: string, creator: Outlived, what: string) {
      expect(await creator.allEnded(patience(5000)), `${what}: processes are left`).toBe(true);
      expect([...remains(rig, id), ...((await crowd.left?.(id)) ?? [])], what).toEqual([]);
    },
    async [Symbol.asyncDispose]() {
      // After a failure: what it would leave, disturbs others.
      for (const id of ids) {
        if (remains(rig, id).length > 0) await run(['delete', '--force', id]).exited;
      }
      await rig[Symbol.asyncDispose]();
    },
  };
}

function makeBundle(crowd: Crowd, program: readonly string[], sharesPids: boolean): Bundle {
  return crowd.bundle((config) => {
    config.process.args = program;
    config.linux.resources = crowd.resources;
    if (!sharesPids) return;
    config.linux.namespaces = config.linux.namespaces.filter(
      ({ type }: { readonly type: string }) => type !== 'pid',
    );
    // A new proc needs a pid namespace of one's own.
    config.mounts = config.mounts.filter(({ type }: { readonly type: string }) => type !== 'proc');
  });
}
