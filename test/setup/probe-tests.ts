/** One test per variant and oracle; shared by the comparison as root and as an ordinary user. */
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, type TestContext, test } from 'vitest';
import { need } from './needs.ts';
import { compare, probe } from './probe-compare.ts';
import type { AcceptedDifference } from './probe-differences.ts';
import { Neighbour } from './probe-neighbour.ts';
import type { Report } from './probe-report.ts';
import { type Oracle, subordinateRange, variants } from './probe-variants.ts';
import { makeRig, type Rig } from './rig.ts';

const oracles: readonly Oracle[] = ['runc', 'crun'];

export function compareAll(who: 'root' | 'rootless'): void {
  const isRoot = process.getuid?.() === 0;
  const mine = variants.filter(({ only }) => only === undefined || only === who);
  const used = new Set<AcceptedDifference>();
  let rig: Rig;
  let neighbour: Neighbour | undefined;

  beforeAll(async () => {
    rig = makeRig();
    // A root that is nobody outside has to pass.
    chmodSync(rig.path, 0o711);
    if (isRoot && who === 'root') neighbour = await Neighbour.start();
  });
  afterAll(async () => {
    await neighbour?.end();
    await rig[Symbol.asyncDispose]();
  });

  const check = (context: TestContext) => {
    context.skip(isRoot !== (who === 'root'), who === 'root' ? 'needs root' : 'needs an ordinary user');
    need(context, 'busybox');
  };
  for (const variant of mine) {
    // One container of ours serves both comparisons.
    let ours: Promise<Report> | undefined;
    const own = () => (ours ??= probe(rig, 'tsrun', variant, neighbour?.pid ?? 0));
    for (const oracle of oracles) {
      test(`${variant.name} (${oracle})`, async (context) => {
        check(context);
        need(context, oracle);
        needListed(context, oracle);
        context.skip(
          oracle === 'crun' && !isRoot && isHybrid(),
          'crun refuses machines with both versions of cgroups',
        );
        context.skip(variant.subids === true && !subordinateRange('subuid'), 'needs subordinate ids');
        const missing = variant.without?.[oracle];
        context.skip(missing !== undefined, missing);
        const [mine, theirs] = await Promise.all([own(), probe(rig, oracle, variant, neighbour?.pid ?? 0)]);
        expect(compare(variant.name, oracle, mine, theirs, used).join('\n')).toBe('');
      });
    }
  }
}

/** Those that docs/differences.md is about: others differ otherwise. */
const listed = { runc: '1.1.5', crun: '1.8.1' } as const;

function needListed(context: TestContext, oracle: Oracle): void {
  versions[oracle] ??= execFileSync(oracle, ['--version'], { encoding: 'utf8' });
  const [version = 'unknown'] = /\d+(\.\d+)+/.exec(versions[oracle] ?? '') ?? [];
  context.skip(
    version !== listed[oracle],
    `differences are listed for ${oracle} ${listed[oracle]}, and this is ${version}`,
  );
}

const versions: { [name in Oracle]?: string } = {};

/** Root's crun gets a mount namespace where only version 2 is there; an ordinary user cannot make that. */
function isHybrid(): boolean {
  const mounts = readFileSync('/proc/self/mounts', 'utf8');
  return / cgroup /.test(mounts) && / cgroup2 /.test(mounts);
}
