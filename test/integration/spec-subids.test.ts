/** `spec --subids` for a user without subordinate ids: the ids that it suggests are nobody's. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeRig } from '../setup/rig.ts';

const files = ['/etc/subuid', '/etc/subgid'] as const;

/** All ranges that the machine gives away. */
function ranges(): { owner: string; start: number; end: number }[] {
  return files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const [owner = '', start, size] = line.split(':');
        return { owner, start: Number(start), end: Number(start) + Number(size) };
      }),
  );
}

test('spec --subids suggests ids that nobody has', async (context) => {
  const taken = ranges();
  const isMine = ({ owner }: { owner: string }) => owner === 'root' || owner === '0';
  context.skip(process.getuid?.() !== 0 || taken.some(isMine), 'needs root, without subordinate ids');
  context.skip(!taken.some(({ start }) => start < 165_536), 'nobody has the first range');
  await using rig = makeRig();
  const bundle = join(rig.path, 'bundle');
  mkdirSync(bundle);
  const { code, stderr } = await rig.tsrun(['spec', '--rootless', '--subids', '--bundle', bundle]);
  expect(code).toBe(0);
  expect(stderr).toContain('has no range for uid 0: one id only');
  const hinted = [...stderr.matchAll(/echo 'root:(\d+):(\d+)' >> (\S+?);?\s/g)];
  expect(hinted.map(([, , , file]) => file)).toEqual(files);
  for (const [, start, size] of hinted) {
    const [first, end] = [Number(start), Number(start) + Number(size)];
    expect(taken.filter((range) => range.start < end && first < range.end)).toEqual([]);
  }
});
