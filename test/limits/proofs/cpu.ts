/** Time on the processors, and the processors themselves. */
import { spawnSync } from 'node:child_process';
import type { Host } from '../host.ts';
import { must, NotApplicable, type Proof } from '../proof.ts';
import type { Container, Subject, Wish } from '../subject.ts';
import { pause, until } from '../until.ts';

const LOOP = 'while :; do :; done';

/** Of the measurements: the machine does other things too. */
const MILLISECONDS = 1000;

/** Milliseconds on processors so far. */
function used(container: Container, host: Host): number {
  return host.version('cpuacct') === 1
    ? Number(container.read('cpuacct.usage')) / 1e6
    : container.count('cpu.stat', 'usage_usec') / 1e3;
}

/** @returns what it used of one processor: 1 is all of it */
export async function share(container: Container, host: Host): Promise<number> {
  const [before, begin] = [used(container, host), performance.now()];
  await pause(MILLISECONDS);
  return (used(container, host) - before) / (performance.now() - begin);
}

/** @throws NotInForce where it gets half as much again as it may have, three times, or was never held up */
export async function getsNoMoreThan(container: Container, host: Host, quota: number): Promise<string> {
  let got = await share(container, host);
  for (let more = 2; got > quota * 1.5 && more > 0; more--) got = await share(container, host);
  must(got <= quota * 1.5, `${percent(got)} of a processor`);
  const throttled = container.count('cpu.stat', 'nr_throttled');
  must(throttled > 0, 'it is never throttled');
  return `${percent(got)} of a processor, throttled ${throttled} times`;
}

/**
 * Beside another container on the same processor, of which one with the same weight would get as much.
 *
 * @throws NotInForce where the other one does not get `atLeast` times as much, three times
 */
async function getsLessThan(
  container: Container,
  subject: Subject,
  wish: Wish,
  atLeast: number,
): Promise<string> {
  const other = await subject.start({ ...wish, script: pinned });
  let times = 0;
  for (let tries = 3; times < atLeast && tries > 0; tries--) {
    const [ours, theirs] = await Promise.all([share(container, subject.host), share(other, subject.host)]);
    times = theirs / Math.max(ours, 0.001);
  }
  must(times >= atLeast, `the other one gets only ${times.toFixed(1)} times as much`);
  return `the other one gets ${times.toFixed(1)} times as much`;
}

/** Both on the first processor. */
const pinned = `exec taskset 1 sh -c '${LOOP}'`;

export const cpu: readonly Proof[] = [
  {
    claim: 'cpu.quota, cpu.period: a busy loop gets its share',
    resources: { cpu: { quota: 10_000, period: 50_000 } },
    files: {
      1: { 'cpu.cfs_quota_us': '10000', 'cpu.cfs_period_us': '50000' },
      2: { 'cpu.max': '10000 50000' },
    },
    script: `(${LOOP}) & ${LOOP}`,
    shows: (container, { host }) => getsNoMoreThan(container, host, 0.2),
  },
  {
    claim: 'cpu.burst: what was saved is used',
    resources: { cpu: { quota: 20_000, period: 100_000, burst: 20_000 } },
    files: { 1: { 'cpu.cfs_burst_us': '20000' }, 2: { 'cpu.max.burst': '20000' } },
    script: `while :; do usleep 250000; timeout 0.06 sh -c '${LOOP}'; done`,
    shows: async (container) => {
      await until(() => container.count('cpu.stat', 'nr_bursts') > 0);
      return `nr_bursts ${container.count('cpu.stat', 'nr_bursts')}`;
    },
  },
  {
    claim: 'cpu.shares: beside a container with 10 times as many, a busy loop gets less',
    resources: { cpu: { shares: 102 } },
    // By the straight line of older versions it is 4, by the formula of today 17.
    files: { 1: { 'cpu.shares': '102' }, 2: { 'cpu.weight': /^(4|17)$/ } },
    script: pinned,
    shows: (container, subject) =>
      getsLessThan(container, subject, { resources: { cpu: { shares: 1024 } } }, 2.5),
  },
  {
    claim: 'cpu.idle: a busy loop gets what is left over',
    resources: { cpu: { idle: 1 } },
    files: { 1: { 'cpu.idle': '1' }, 2: { 'cpu.idle': '1' } },
    script: pinned,
    shows: (container, subject) => getsLessThan(container, subject, {}, 5),
  },
  {
    claim: 'cpu.realtimeRuntime, cpu.realtimePeriod: without them there is no real-time process',
    as: 'root',
    needs: ['chrt'],
    resources: { cpu: { realtimeRuntime: 10_000, realtimePeriod: 500_000 } },
    files: { 1: { 'cpu.rt_runtime_us': '10000', 'cpu.rt_period_us': '500000' } },
    shows: async (container, subject) => {
      const without = await subject.start({});
      const [has, lacks] = [container, without].map(({ pid }) =>
        spawnSync('chrt', ['--fifo', '--pid', '1', `${pid}`], { encoding: 'utf8' }),
      );
      must(has?.status === 0 && lacks?.status !== 0, `with: ${has?.stderr}, without: ${lacks?.status}`);
      return `without: ${lacks?.stderr.trim().replace(/^.*: /, '')}`;
    },
  },
  {
    claim: 'cpu.cpus, cpu.mems: a process cannot leave its processors',
    resources: { cpu: { cpus: '0', mems: '0' } },
    files: {
      1: { 'cpuset.cpus': '0', 'cpuset.mems': '0' },
      2: { 'cpuset.cpus': '0', 'cpuset.mems': '0', 'cpuset.cpus.effective': '0' },
    },
    shows: async (container) => {
      const { stdout } = await container.exec('grep -E "^(Cpus|Mems)_allowed_list" /proc/self/status');
      must(stdout === 'Cpus_allowed_list:\t0\nMems_allowed_list:\t0\n', stdout);
      const { code, stderr } = await container.exec('exec taskset 2 true');
      must(code !== 0, 'sched_setaffinity(2) lets it onto the second processor');
      if (!/Invalid argument/.test(stderr)) throw new NotApplicable(`taskset: ${stderr}`);
      return 'Cpus_allowed_list 0; another processor: EINVAL';
    },
  },
];

function percent(ratio: number): string {
  return `${Math.round(ratio * 100)} %`;
}
