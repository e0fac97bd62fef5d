/** What docs/engines.md tells an administrator to write: tests use exactly that. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const page = join(import.meta.dirname, '../../../docs/engines.md');

/**
 * The contents of the block that has this label behind its language: ```` ```toml /etc/containers/containers.conf ````
 */
export function documented(label: string): string {
  const blocks = readFileSync(page, 'utf8').matchAll(/^```\w+ (.+)\n([\s\S]*?)^```$/gm);
  const found = [...blocks].filter(([, name]) => name === label).map(([, , text = '']) => text);
  if (found.length !== 1) throw new Error(`docs/engines.md has ${found.length} blocks "${label}"`);
  return found[0] as string;
}
