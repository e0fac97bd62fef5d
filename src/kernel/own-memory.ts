/**
 * Memory that this process can do without for now. Pages of the executable that it has only read stay in the page
 * cache when they are given back: the next use costs a page fault, and reads nothing.
 */
import { viewOf } from './bytes.ts';
import { openat, pread64 } from './calls/file.ts';
import { madvise } from './calls/process.ts';
import { AT_FDCWD, O_RDONLY } from './constants/file.ts';
import { MADV_DONTNEED } from './constants/process.ts';
import { closeSync, readFileSync } from './file-system.ts';
import { attempt, performForBytes } from './local.ts';

/** Bytes in `/proc/PID/pagemap` for each page: proc_pid_pagemap(5). */
const ENTRY = 8;
/** In the upper half of an entry: the page is there, and belongs to a file. One that was written to is a copy. */
const CLEAN = 0xa000_0000;

/** Of a file, in bytes. */
interface Mapping {
  readonly start: number;
  readonly end: number;
  readonly pageSize: number;
  /** Whether there are copies among its pages. */
  readonly isChanged: boolean;
}

/**
 * Gives back what was only read. In a mapping with changes in it, such as the heap, an ordinary user cannot tell which
 * pages these are: `/proc/self/pagemap` belongs to root, since this process is not dumpable.
 */
export function releaseCleanPages(): void {
  const mappings = fileMappings(readFileSync('/proc/self/smaps', 'latin1'));
  const pagemap = attempt(openat(AT_FDCWD, '/proc/self/pagemap', O_RDONLY));
  for (const mapping of mappings) {
    if (!mapping.isChanged) attempt(madvise(mapping.start, mapping.end - mapping.start, MADV_DONTNEED));
    else if (pagemap >= 0) releaseAround(mapping, pagemap);
  }
  if (pagemap >= 0) closeSync(pagemap);
}

/** @param smaps proc_pid_smaps(5) */
export function fileMappings(smaps: string): readonly Mapping[] {
  return smaps.split(/^(?=[0-9a-f]+-)/m).flatMap((entry) => {
    const [, start, end, inode] = /^([0-9a-f]+)-([0-9a-f]+) \S+ \S+ \S+ (\d+)/.exec(entry) ?? [];
    if (start === undefined || end === undefined || inode === '0') return [];
    return {
      start: Number.parseInt(start, 16),
      end: Number.parseInt(end, 16),
      pageSize: kilobytes(entry, 'KernelPageSize') * 1024,
      isChanged: kilobytes(entry, 'Anonymous') > 0 || kilobytes(entry, 'Swap') > 0,
    };
  });
}

/** Infinite if the kernel does not say. */
function kilobytes(entry: string, name: string): number {
  const [, amount = 'Infinity'] = new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(entry) ?? [];
  return Number(amount);
}

function releaseAround({ start, end, pageSize }: Mapping, pagemap: number): void {
  if (!Number.isFinite(pageSize)) return;
  const entries = viewOf(
    performForBytes(pread64(pagemap, ((end - start) / pageSize) * ENTRY, (start / pageSize) * ENTRY)),
  );
  const count = entries.byteLength / ENTRY;
  for (let page = 0; page < count; ) {
    const first = page;
    while (page < count && isClean(entries, page)) page += 1;
    if (page > first) attempt(madvise(start + first * pageSize, (page - first) * pageSize, MADV_DONTNEED));
    else page += 1;
  }
}

function isClean(entries: DataView, page: number): boolean {
  return (entries.getUint32(page * ENTRY + 4, true) & CLEAN) >>> 0 === CLEAN;
}
