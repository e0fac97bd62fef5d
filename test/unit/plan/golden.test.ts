/**
 * The plans of a few configurations, compared with texts that are checked in. After a change that is meant:
 * `UPDATE_GOLDEN=1` writes them anew, and the difference is reviewed with the change.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Plan, printPlan } from '../../../src/plan/print.ts';
import type { Config } from '../../../src/spec/types.ts';
import { hybrid } from '../cgroups/hosts.ts';
import {
  asOrdinaryUser,
  asRoot,
  overlayRootlessSpec,
  overlaySpec,
  rootlessSpec,
  rootSpec,
} from './fixture.ts';

const quiet = { ...rootSpec.process, terminal: false } as const;
const minimal: Config = {
  ociVersion: '1.3.0',
  root: { path: 'rootfs' },
  process: { cwd: '/', args: ['/bin/true'], user: { uid: 0, gid: 0 } },
  linux: { namespaces: [{ type: 'mount' }, { type: 'pid' }] },
};

const subordinate = {
  ranges: [{ start: 100000, size: 65536 }],
  helpers: 'privileged',
} as const;

const plans: Readonly<Record<string, () => Plan>> = {
  spec: () => asRoot(rootSpec),
  'spec-rootless': () => asOrdinaryUser(rootlessSpec),
  'spec-overlay': () => asRoot(overlaySpec),
  'spec-overlay-rootless': () => asOrdinaryUser(overlayRootlessSpec),
  'overlay-tmpfs': () =>
    asRoot(
      { ...minimal, annotations: { 'org.tsrun.overlay': 'tmpfs=64m' } },
      { overlayLower: ['/layers/a:b', '/layers/c'] },
    ),
  hooks: () =>
    asRoot({
      ...minimal,
      hooks: {
        prestart: [{ path: '/bin/prestart', args: ['prestart', '-v'], env: ['A=b'], timeout: 5 }],
        createRuntime: [{ path: '/bin/runtime' }],
        createContainer: [{ path: '/bin/container' }],
      },
    }),
  'spec-hybrid-cgroups': () => asRoot({ ...rootSpec, process: quiet }, { cgroups: hybrid }),
  'limits-hybrid': () =>
    asRoot(
      {
        ...minimal,
        linux: {
          ...minimal.linux,
          resources: {
            memory: { limit: 67108864, swap: 134217728 },
            cpu: { shares: 512, quota: 50000, cpus: '0' },
            hugepageLimits: [{ pageSize: '2MB', limit: 0 }],
          },
        },
      },
      { cgroups: hybrid },
    ),
  limits: () =>
    asRoot({
      ...minimal,
      linux: {
        ...minimal.linux,
        resources: {
          memory: { limit: 67108864, swap: 67108864 },
          blockIO: { weight: 100 },
          pids: { limit: 100 },
          unified: { 'memory.high': '60000000' },
        },
      },
    }),
  minimal: () => asRoot(minimal),
  'minimal-rootless': () => asOrdinaryUser(minimal, subordinate),
  'joined-namespaces': () =>
    asRoot({
      ...minimal,
      linux: {
        namespaces: [
          { type: 'network', path: '/run/netns/blue' },
          { type: 'pid', path: '/proc/42/ns/pid' },
          { type: 'user', path: '/proc/42/ns/user' },
          { type: 'mount' },
        ],
      },
    }),
  'nested-user': () =>
    asOrdinaryUser({ ...minimal, process: { ...minimal.process, user: { uid: 33, gid: 33 } } }),
  'time-namespace': () =>
    asRoot({
      ...minimal,
      linux: {
        uidMappings: [{ containerID: 0, hostID: 100000, size: 65536 }],
        gidMappings: [{ containerID: 0, hostID: 100000, size: 65536 }],
        timeOffsets: { monotonic: { secs: 86400, nanosecs: 500 } },
        namespaces: [{ type: 'mount' }, { type: 'pid' }, { type: 'user' }, { type: 'time' }],
      },
    }),
  scheduling: () =>
    asRoot({
      ...minimal,
      process: {
        ...minimal.process,
        scheduler: { policy: 'SCHED_RR', priority: 5, flags: ['SCHED_FLAG_RESET_ON_FORK'] },
        ioPriority: { class: 'IOPRIO_CLASS_BE', priority: 2 },
        execCPUAffinity: { initial: '0', final: '1' },
      },
      linux: {
        ...minimal.linux,
        memoryPolicy: { mode: 'MPOL_INTERLEAVE', nodes: '0-1', flags: ['MPOL_F_RELATIVE_NODES'] },
        personality: { domain: 'LINUX32' },
      },
    }),
  mounts: () =>
    asRoot({
      ...minimal,
      mounts: [
        { destination: '/run', type: 'tmpfs', source: 'tmpfs', options: ['ro', 'mode=755'] },
        { destination: '/run', type: 'tmpfs', source: 'tmpfs', options: ['remount', 'noexec', 'size=1m'] },
        {
          ...{ destination: '/srv', type: 'bind', source: '/srv', options: ['rbind', 'ridmap', 'nodev'] },
          uidMappings: [{ containerID: 0, hostID: 5000, size: 10 }],
          gidMappings: [{ containerID: 0, hostID: 6000, size: 10 }],
        },
      ],
    }),
  'mounts-user-namespace': () =>
    asRoot({
      ...minimal,
      mounts: [
        { destination: '/srv', type: 'bind', source: '/srv/', options: ['rbind', 'ro'] },
        { destination: '/etc/hosts', type: 'bind', source: '/etc/hosts', options: ['bind'] },
      ],
      linux: {
        uidMappings: [{ containerID: 0, hostID: 100000, size: 65536 }],
        gidMappings: [{ containerID: 0, hostID: 100000, size: 65536 }],
        namespaces: [{ type: 'mount' }, { type: 'pid' }, { type: 'user' }],
      },
    }),
  'no-pivot': () => asRoot(minimal, { noPivot: true }),
  'mounts-shared': () =>
    asRoot({
      ...minimal,
      mounts: [{ destination: '/srv', type: 'bind', source: '/srv', options: ['rbind', 'rshared'] }],
      linux: { ...minimal.linux, rootfsPropagation: 'rshared' },
    }),
  process: () =>
    asRoot({
      ...minimal,
      process: {
        ...minimal.process,
        args: ['sh', '-c', 'echo "a, b"'],
        env: ['PATH=/bin', 'HOME=/root', `LONG=${'x'.repeat(200)}`],
        cwd: '/srv/www',
        user: { uid: 1000, gid: 1000, additionalGids: [27, 44], umask: 0o077 },
        rlimits: [
          { type: 'RLIMIT_NOFILE', soft: 64, hard: 64 },
          { type: 'RLIMIT_CORE', soft: 0, hard: 18446744073709551615n as unknown as number },
        ],
        oomScoreAdj: 100,
        consoleSize: { height: 25, width: 80 },
        terminal: true,
      },
      mounts: [
        { destination: '/dev', type: 'tmpfs', source: 'tmpfs' },
        { destination: '/srv', type: 'bind', source: '/srv', options: ['rbind', 'ro', 'rslave'] },
      ],
      hostname: 'web',
      domainname: 'example.org',
    }),
};

describe('the plan of', () => {
  for (const [name, plan] of Object.entries(plans)) {
    test(`"${name}" is the one in golden/${name}.txt`, () => {
      expect(printPlan(plan())).toBe(golden(`${name}.txt`, () => printPlan(plan())));
    });
  }
});

function golden(name: string, now: () => string): string {
  const path = join(import.meta.dirname, 'golden', name);
  if (process.env.UPDATE_GOLDEN) writeFileSync(path, now());
  return readFileSync(path, 'utf8');
}

const handles = ['$init-control', '$fifo'];

describe('every plan', () => {
  for (const [name, plan] of Object.entries(plans)) {
    test(`uses results only after the call and before their close: "${name}"`, () => {
      expect(misuses(printPlan(plan()))).toEqual([]);
    });
    test(`has a name for every flag and every descriptor: "${name}"`, () => {
      const text = printPlan(plan());
      expect(text).not.toMatch(/\|0x|\$\?/);
      expect(new Set(text.match(/\$[a-z]\w*(?:-\w+)*/g))).toEqual(
        new Set(text.includes('$listener') ? [...handles, '$listener'] : handles),
      );
    });
  }
});

/** Lines that refer to `$N` before it is there, or to a descriptor that is closed. */
function misuses(text: string): readonly string[] {
  const known = new Set<string>();
  const closed = new Set<string>();
  return text.split('\n').filter((line) => {
    const [, result] = / = (\$\d+)(?: {2}\(.*)?$/.exec(line) ?? [];
    if (/^\s*\d+\. /.test(line)) return false;
    const used = (line.replace(/"(?:[^"\\]|\\.)*"/g, '').match(/\$\d+/g) ?? []).filter(
      (name) => name !== result,
    );
    const wrong = used.some((name) => !known.has(name) || closed.has(name));
    if (result) known.add(result);
    const [, gone] = /^\s*close\((\$\d+)\)/.exec(line) ?? [];
    if (gone) closed.add(gone);
    return wrong;
  });
}
