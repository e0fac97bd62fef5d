/** Memory, and what happens where it does not suffice. */
import { readFileSync } from 'node:fs';
import { must, NotApplicable, NotInForce, type Proof, ReadBackOnly } from '../proof.ts';
import { type Container, got } from '../subject.ts';
import { until } from '../until.ts';

export const MiB = 1 << 20;

/** dd(1) fills one buffer of this size; not with zeros, for the kernel may take pages of zeros back. */
export function taking(mebibytes: number): string {
  return `dd if=/dev/urandom of=/dev/null bs=${mebibytes}M count=1 iflag=fullblock 2>/dev/null`;
}

const KILLED = 137;

/** Version 1 has the count since Linux 4.13. */
export function oomKills(container: Container, version: 1 | 2): number {
  return container.count(version === 1 ? 'memory.oom_control' : 'memory.events', 'oom_kill');
}

const limit = { limit: 32 * MiB, swap: 32 * MiB };

export const memory: readonly Proof[] = [
  {
    claim: 'memory.limit: a process that takes more is killed (137), which is counted',
    resources: { memory: limit },
    files: {
      1: { 'memory.limit_in_bytes': `${limit.limit}`, 'memory.memsw.limit_in_bytes': `${limit.swap}` },
      2: { 'memory.max': `${limit.limit}`, 'memory.swap.max': '0' },
    },
    script: `(${taking(16)}); echo "16 $?" >/share/log; (${taking(96)}); echo "96 $?" >>/share/log; mv /share/log /share/taken; exec sleep 600`,
    shows: async (container, { host }) => {
      const log = await until(() => got(container, 'taken'));
      must(log === `16 0\n96 ${KILLED}\n`, `16 MiB, then 96 MiB: ${log}`);
      const kills = oomKills(container, host.version('memory'));
      must(kills > 0, 'no kill is counted');
      return `exit ${KILLED}, oom_kill ${kills}`;
    },
  },
  {
    claim: 'memory.limit: the container ends with 137 where its own process takes more',
    shows: async (_, subject) => {
      const { code } = await subject.run({ resources: { memory: limit }, script: `exec ${taking(96)}` });
      must(code === KILLED, `it ends with ${code}`);
      return `exit ${code}`;
    },
  },
  {
    claim: 'memory.limit: "events" tells of it',
    resources: { memory: limit },
    shows: async (container, { kind }) => {
      if (kind === 'crun') throw new NotApplicable('crun has no "events"');
      await using events = container.follow('events', '--interval', '200ms');
      await events.shows(/"type":"stats"/);
      const { code } = await container.exec(`exec ${taking(96)}`);
      must(code === KILLED, `the process ends with ${code}`);
      await until(() => /"type":"oom"/.test(events.output())).catch(() => {
        throw new NotInForce('no event');
      });
      return '{"type":"oom"}';
    },
  },
  {
    claim: 'memory.swap: a process may swap, up to the sum',
    resources: { memory: { limit: 24 * MiB, swap: 56 * MiB } },
    files: {
      1: { 'memory.limit_in_bytes': `${24 * MiB}`, 'memory.memsw.limit_in_bytes': `${56 * MiB}` },
      2: { 'memory.max': `${24 * MiB}`, 'memory.swap.max': `${32 * MiB}` },
    },
    shows: async (container) => {
      if (swapSpace() < 64 * MiB) throw new ReadBackOnly('the machine has no swap space');
      const [more, most] = [
        await container.exec(`exec ${taking(40)}`),
        await container.exec(`exec ${taking(96)}`),
      ];
      must(more.code === 0 && most.code === KILLED, `40 MiB: ${more.code}, 96 MiB: ${most.code}`);
      return '40 MiB are had, 96 MiB are not';
    },
  },
  {
    claim: 'memory.reservation',
    resources: { memory: { reservation: 16 * MiB } },
    files: { 1: { 'memory.soft_limit_in_bytes': `${16 * MiB}` }, 2: { 'memory.low': `${16 * MiB}` } },
    unseen: 'shows only where the whole machine is short of memory',
  },
  {
    claim: 'memory.swappiness',
    resources: { memory: { swappiness: 10 } },
    files: { 1: { 'memory.swappiness': '10' } },
    unseen: 'a tendency, not a limit',
  },
  {
    claim: 'memory.disableOOMKiller: a process that takes more waits',
    resources: { memory: { ...limit, disableOOMKiller: true } },
    files: { 1: { 'memory.oom_control': /^oom_kill_disable 1$/m } },
    script: `${taking(96)}; touch /share/ended; exec sleep 600`,
    shows: async (container) => {
      const control = await until(() => container.count('memory.oom_control', 'under_oom') === 1).catch(
        () => false,
      );
      must(control && got(container, 'ended') === undefined, container.read('memory.oom_control'));
      return 'under_oom 1, the process goes on living';
    },
  },
  {
    claim: 'unified memory.oom.group: all processes are killed together',
    resources: { memory: limit, unified: { 'memory.oom.group': '1' } },
    files: { 2: { 'memory.oom.group': '1' } },
    script: `sleep 600 & ${taking(96)}; exec sleep 600`,
    shows: async (container) => {
      await until(() => ended(container.pid)).catch(() => {
        throw new NotInForce('the first process goes on');
      });
      return 'the first process is killed with the one that takes more';
    },
  },
  {
    claim: 'unified memory.high: a process that takes more is slowed down',
    resources: { unified: { 'memory.high': `${16 * MiB}` } },
    files: { 2: { 'memory.high': `${16 * MiB}` } },
    // Whoever is over it sleeps for longer and longer: no more than a little over it is taken.
    script: `${taking(18)}; exec sleep 600`,
    shows: async (container) => {
      await until(() => container.count('memory.events', 'high') > 0).catch(() => {
        throw new NotInForce(container.read('memory.events'));
      });
      return `high ${container.count('memory.events', 'high')}`;
    },
  },
];

function swapSpace(): number {
  return Number(/^SwapFree:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1] ?? 0) * 1024;
}

/** Gone, or a zombie that nobody has waited for. */
export function ended(pid: number): boolean {
  try {
    return /^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}
