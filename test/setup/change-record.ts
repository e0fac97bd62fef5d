/** Changes the record of a container as tsrun would write it: with the right checksum. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seal } from '../../src/container/record/sealed-json.ts';
import type { Rig } from './rig.ts';

/** @param change members to replace; of any type, since records may have been tampered with */
export function changeRecord(
  { root }: Pick<Rig, 'root'>,
  id: string,
  change: Readonly<Record<string, unknown>>,
): void {
  const file = join(root, id, 'state.json');
  const { checksum: _, ...record } = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, seal({ ...record, ...change }));
}
