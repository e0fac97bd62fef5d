/** On a directory that looks like a resctrl file system; what the kernel puts into a new group, the test does. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ActionStep, Step } from '../../../src/init/step.ts';
import type { Log } from '../../../src/log/log.ts';
import { resctrlGroup } from '../../../src/resctrl/group.ts';
import { resctrlMount } from '../../../src/resctrl/mount.ts';
import { removeResctrl } from '../../../src/resctrl/remove.ts';
import { missingLines, wantedLines } from '../../../src/resctrl/schemata.ts';
import { joinResctrlSteps, resctrlSteps } from '../../../src/resctrl/steps.ts';
import { messageFor } from '../spec/fixture.ts';

let mount = '';

beforeEach(() => {
  mount = mkdtempSync(join(tmpdir(), 'tsrun-resctrl-'));
  for (const name of ['L3', 'MB', 'L3_MON']) mkdirSync(join(mount, 'info', name), { recursive: true });
});

afterEach(() => rmSync(mount, { recursive: true }));

function runAll(steps: readonly Step[]): void {
  for (const one of steps) (one as ActionStep).run({ stubPid: 42 } as never);
}

const read = (...names: string[]) => readFileSync(join(mount, ...names), 'utf8');
const names = (steps: readonly Step[]) => steps.map(({ name }) => name.replaceAll(mount, ''));

describe('the group', () => {
  test('is named like the container, made, filled and joined', () => {
    const group = resctrlGroup({ l3CacheSchema: 'L3:0=f', schemata: ['MB:0=50'] }, 'web', mount);
    const steps = resctrlSteps(group);
    expect(names(steps)).toEqual([
      'make the resctrl group "/web"',
      'set the schemata of the resctrl group',
      'join the resctrl group "/web"',
    ]);
    runAll(steps);
    expect(read('web', 'schemata')).toBe('L3:0=f\nMB:0=50\n');
    expect(read('web', 'tasks')).toBe('42');
    expect([group.joined, group.made]).toEqual([[join(mount, 'web')], [join(mount, 'web')]]);
  });

  test('may have a monitoring group, joined after it', () => {
    const group = resctrlGroup({ enableMonitoring: true }, 'web', mount);
    expect(names(resctrlSteps(group))).toEqual([
      ...['make the resctrl group "/web"', 'make the resctrl group "/web/mon_groups/web"'],
      ...['join the resctrl group "/web"', 'join the resctrl group "/web/mon_groups/web"'],
    ]);
  });

  test('that is there is joined, and not made or changed', () => {
    mkdirSync(join(mount, 'gold'));
    writeFileSync(join(mount, 'gold', 'schemata'), '    MB:0=100;1=100\n    L3:0=00f;1=fff\n');
    const group = resctrlGroup({ closID: 'gold', l3CacheSchema: 'L3:0=f' }, 'web', mount);
    runAll(resctrlSteps(group));
    expect(group.made).toEqual([]);
    expect(read('gold', 'schemata')).toContain('1=fff');
    expect(read('gold', 'tasks')).toBe('42');
    const other = resctrlGroup({ closID: 'gold', l3CacheSchema: 'L3:0=1f' }, 'web', mount);
    expect(() => runAll(resctrlSteps(other))).toThrow('is there, and is not "L3:0=1f"');
  });

  test('of everything is "/"', () => {
    const group = resctrlGroup({ closID: '/', enableMonitoring: true }, 'web', mount);
    expect(group.joined).toEqual([mount, `${mount}/mon_groups/web`]);
    expect(group.made).toEqual([`${mount}/mon_groups/web`]);
  });

  test('is not made of nothing', () => {
    expect(() => resctrlGroup({ closID: 'gold' }, 'web', mount)).toThrow('there is no resctrl group "gold"');
    expect(resctrlGroup({ closID: 'gold', schemata: ['L3:0=1'] }, 'web', mount).made).toHaveLength(1);
  });

  test.each([
    [
      'l3CacheSchema',
      'L3:0=f',
      'L3',
      'intelRdt.l3CacheSchema is specified, but Intel RDT/CAT is not enabled',
    ],
    ['memBwSchema', 'MB:0=1', 'MB', 'intelRdt.memBwSchema is specified, but Intel RDT/MBA is not enabled'],
    [
      'enableMonitoring',
      true,
      'L3_MON',
      'intelRdt.enableMonitoring is specified, but Intel RDT has no monitoring',
    ],
    ['enableCMT', true, 'L3_MON', 'intelRdt.enableCMT is specified, but Intel RDT has no monitoring'],
    ['enableMBM', true, 'L3_MON', 'intelRdt.enableMBM is specified, but Intel RDT has no monitoring'],
  ])('with %s needs a processor that has it', (field, value, info, message) => {
    expect(() => resctrlGroup({ [field]: value }, 'web', mount)).not.toThrow();
    rmSync(join(mount, 'info', info), { recursive: true });
    expect(() => resctrlGroup({ [field]: value }, 'web', mount)).toThrow(message);
  });

  test('that cannot be made says why', () => {
    rmSync(mount, { recursive: true });
    mkdirSync(mount);
    const group = resctrlGroup({}, 'web', mount);
    mkdirSync(join(mount, 'web'));
    expect(() => runAll(resctrlSteps(group))).toThrow('EEXIST');
  });
});

test('exec joins the groups of the record', () => {
  mkdirSync(join(mount, 'web'));
  runAll(joinResctrlSteps({ joined: [join(mount, 'web')], made: [] }));
  expect(read('web', 'tasks')).toBe('42');
  expect([joinResctrlSteps(undefined), resctrlSteps(undefined)]).toEqual([[], []]);
});

describe('schemata', () => {
  test('of memory bandwidth replace those in the schema of the cache', () => {
    const l3CacheSchema = 'L3:0=f\nMB:0=20\n L3:1=f';
    expect(wantedLines({ l3CacheSchema, memBwSchema: 'MB:0=70' })).toEqual(['L3:0=f', 'L3:1=f', 'MB:0=70']);
    expect(wantedLines({ l3CacheSchema })).toEqual(['L3:0=f', 'MB:0=20', 'L3:1=f']);
    expect(wantedLines({})).toEqual([]);
  });

  test.each([
    ['L3:0=0F', []],
    ['L3:1=f;0=f', []],
    ['L3:0=1f', ['L3:0=1f']],
    ['L3:7=f', ['L3:7=f']],
    ['L2:0=f', ['L2:0=f']],
    ['MB:0= 10', []],
    ['MB:0=0', ['MB:0=0']],
  ])('are the same however they are written: %s', (line, missing) => {
    expect(missingLines([line], '  L3:0=00f;1=00f\n  MB:0=  10;1=100\n')).toEqual(missing);
  });
});

describe('what was made', () => {
  const warnings: string[] = [];
  const log: Log = { debug() {}, warning: (text) => warnings.push(text) };

  test('is removed, the inner one first', () => {
    const made = [join(mount, 'web'), join(mount, 'web/mon_groups/web')];
    mkdirSync(made[1] as string, { recursive: true });
    for (const path of made) writeFileSync(join(path, 'tasks'), '');
    // On resctrl the files of a directory do not keep it from being removed; here they do.
    removeResctrl({ joined: [], made }, log);
    expect(warnings.splice(0).join()).toMatch(/mon_groups\/web": ENOTEMPTY.*web": ENOTEMPTY/s);
  });

  test('stays where somebody else uses it, or nothing is there', () => {
    const made = [join(mount, 'gold'), join(mount, 'gone')];
    mkdirSync(made[0] as string);
    writeFileSync(join(mount, 'gold', 'tasks'), '99\n');
    removeResctrl({ joined: [], made }, log);
    expect([warnings.splice(0), existsSync(join(mount, 'gold'))]).toEqual([[], true]);
  });
});

describe('the mount', () => {
  test('is found, with its escapes', () => {
    const other = '28 1 0:27 / /sys rw shared:7 - sysfs sysfs rw\n';
    const line = '30 25 0:40 / /sys/fs/res\\040ctrl rw,relatime shared:9 - resctrl resctrl rw\n';
    expect(resctrlMount('/linux/intelRdt', other + line)).toBe('/sys/fs/res ctrl');
    expect(() => resctrlMount('/linux/intelRdt', other)).toThrow('no resctrl file system is mounted');
  });
});

describe('the configuration', () => {
  const message = (intelRdt: object) => messageFor(({ linux }) => Object.assign(linux, { intelRdt }));

  test.each(['a/b', '..', 'info', '//'])('has no group %s', async (closID) => {
    expect(await message({ closID })).toContain(
      '/linux/intelRdt/closID: expected the name of a resctrl group',
    );
  });

  test('has schemata of one line', async () => {
    expect(await message({ memBwSchema: 'L3:0=1' })).toContain('expected one line that begins with "MB:"');
    expect(await message({ schemata: ['a', 'b\nc'] })).toContain(
      '/linux/intelRdt/schemata/1: expected one line',
    );
  });
});
