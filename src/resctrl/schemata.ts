/** The lines of a `schemata` file: config-linux.md (IntelRdt), Documentation/filesystems/resctrl.rst. */
import type { IntelRdt } from '../spec/types.ts';

/**
 * What the configuration asks for, in the order in which it is written. Where the schema of the cache holds a line
 * for memory bandwidth too, the one of `memBwSchema` stands in for it.
 */
export function wantedLines({
  l3CacheSchema = '',
  memBwSchema = '',
  schemata = [],
}: IntelRdt): readonly string[] {
  const cache = linesOf(l3CacheSchema).filter((line) => memBwSchema === '' || !line.startsWith('MB:'));
  return [...cache, ...linesOf(memBwSchema), ...schemata.flatMap(linesOf)];
}

function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** The lines that a group does not have: domains that are not named may be anything. */
export function missingLines(wanted: readonly string[], schemata: string): readonly string[] {
  const present = new Map(linesOf(schemata).map(parse));
  return wanted.filter((line) => {
    const [resource, domains] = parse(line);
    const found = present.get(resource);
    return ![...domains].every(([domain, value]) => found?.get(domain) === value);
  });
}

/** `L3:0=00f;1=ff` → `L3`, 0 → f, 1 → ff */
function parse(line: string): readonly [resource: string, domains: ReadonlyMap<string, string>] {
  const colon = line.indexOf(':');
  const domains = line
    .slice(colon + 1)
    .split(';')
    .map((part) =>
      part.split('=').map((text) =>
        text
          .trim()
          .toLowerCase()
          .replace(/^0+(?=.)/, ''),
      ),
    );
  return [line.slice(0, colon).trim(), new Map(domains.map(([domain = '', value = '']) => [domain, value]))];
}
