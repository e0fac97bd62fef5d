/** Reading and writing a disk. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { patience } from '../../setup/patience.ts';
import type { Host } from '../host.ts';
import { must, NotApplicable, type Proof } from '../proof.ts';
import { type Container, put } from '../subject.ts';
import { MiB } from './memory.ts';

/** What is read and written. */
const SIZE = 2 * MiB;
const BLOCK = 64 << 10;
/** How long that is to take: more where the machine itself is slow. */
const SECONDS = patience(1) > 1 ? 4 : 1;
const RATE = SIZE / SECONDS;
const OPERATIONS = SIZE / BLOCK / SECONDS;

/** @throws NotApplicable where files are on no disk */
function device(host: Host): { readonly major: number; readonly minor: number } {
  const disk = host.disk(host.scratch);
  if (disk === undefined) throw new NotApplicable('the file system is on no disk');
  const [major, minor] = disk.split(':').map(Number);
  return { major: major as number, minor: minor as number };
}

/** Between two looks at the clock, past the page cache. */
const dd = (from: string, to: string, flag: string) =>
  `${CLOCK}; dd if=${from} of=${to} bs=${BLOCK} count=${SIZE / BLOCK} ${flag}=direct && ${CLOCK}`;
const CLOCK = 'cat /proc/uptime';

/** @returns how long it took, in seconds. @throws NotApplicable where it cannot be done at all */
function seconds({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): number {
  const [before, after] = stdout.split('\n').map((line) => Number(line.split(' ')[0]));
  if (!before || !after) throw new NotApplicable(stderr.trim());
  return after - before;
}

/** @throws NotInForce where the disk is as fast in the container as it is on the host */
async function isSlower(
  container: Container,
  command: (folder: string) => string,
  atLeast: number,
): Promise<string> {
  put(container, 'data', new Uint8Array(SIZE));
  spawnSync('sync', [join(container.share, 'data')]);
  const free = seconds(spawnSync('sh', ['-c', command(container.share)], { encoding: 'utf8' }));
  if (free > atLeast / 2) throw new NotApplicable(`the disk itself takes ${free.toFixed(2)} s`);
  const took = seconds(await container.exec(command('/share')));
  must(took >= atLeast, `${SIZE / MiB} MiB in ${took.toFixed(2)} s, on the host in ${free.toFixed(2)} s`);
  return `${SIZE / MiB} MiB in ${took.toFixed(1)} s, on the host in ${free.toFixed(2)} s`;
}

const reads = (folder: string) => dd(`${folder}/data`, '/dev/null', 'iflag');
const writes = (folder: string) => dd('/dev/zero', `${folder}/written`, 'oflag');

const throttled = (field: string, rate: number) => (host: Host) => ({
  blockIO: { [field]: [{ ...device(host), rate }] },
});

export const io: readonly Proof[] = [
  {
    claim: 'blockIO.throttleReadBpsDevice: reading takes its time',
    resources: throttled('throttleReadBpsDevice', RATE),
    files: {
      1: { 'blkio.throttle.read_bps_device': new RegExp(` ${RATE}$`) },
      2: { 'io.max': new RegExp(` rbps=${RATE} `) },
    },
    shows: (container) => isSlower(container, reads, SECONDS * 0.5),
  },
  {
    claim: 'blockIO.throttleWriteBpsDevice: writing takes its time',
    resources: throttled('throttleWriteBpsDevice', RATE),
    files: {
      1: { 'blkio.throttle.write_bps_device': new RegExp(` ${RATE}$`) },
      2: { 'io.max': new RegExp(` wbps=${RATE} `) },
    },
    shows: (container) => isSlower(container, writes, SECONDS * 0.5),
  },
  {
    claim: 'blockIO.throttleReadIOPSDevice: so many operations a second',
    resources: throttled('throttleReadIOPSDevice', OPERATIONS),
    files: {
      1: { 'blkio.throttle.read_iops_device': new RegExp(` ${OPERATIONS}$`) },
      2: { 'io.max': new RegExp(` riops=${OPERATIONS} `) },
    },
    shows: (container) => isSlower(container, reads, SECONDS * 0.5),
  },
  {
    claim: 'blockIO.throttleWriteIOPSDevice: so many operations a second',
    resources: throttled('throttleWriteIOPSDevice', OPERATIONS),
    files: {
      1: { 'blkio.throttle.write_iops_device': new RegExp(` ${OPERATIONS}$`) },
      2: { 'io.max': new RegExp(` wiops=${OPERATIONS}$`) },
    },
    shows: (container) => isSlower(container, writes, SECONDS * 0.5),
  },
  {
    claim: 'blockIO.weight',
    resources: { blockIO: { weight: 100 } },
    files: {
      1: { 'blkio.bfq.weight': '100' },
      2: { 'io.bfq.weight': /^default 100$/m },
    },
    unseen: 'shows only where containers compete for a disk with the bfq scheduler',
  },
];
