import { describe, expect, test } from 'vitest';
import type { CallStep, Live, Step } from '../../../src/init/step.ts';
import { call } from '../../../src/kernel/call.ts';
import { resolveMissing } from '../../../src/rootfs/resolve-missing.ts';

/** Where a path leads in a root whose only symlinks are these. */
function resolved(path: string, links: Readonly<Record<string, string>>): string {
  const found: string[] = [];
  let steps = resolveMissing(call('open_tree'), path, '/mounts/0', (place) => {
    found.push(place);
    return [];
  });
  while (found.length === 0) steps = answer(steps[0] as CallStep, links);
  return found[0] as string;
}

function answer(step: CallStep, links: Readonly<Record<string, string>>): readonly Step[] {
  const name = /^look at "(.*?)"/.exec(step.name)?.[1] ?? '';
  const target = Object.hasOwn(links, name) ? Buffer.from(links[name] as string) : undefined;
  const results = {
    value: (of: { readonly name: string }) => (of.name === 'readlinkat' ? (target?.length ?? -22) : 3),
    bytes: () => target ?? new Uint8Array(),
  };
  return step.check?.(results, {} as Live) ?? [];
}

describe('a path of which a part is missing', () => {
  test('is followed through symlinks, and never above the root', () => {
    expect(resolved('/a/../b', {})).toBe('/b');
    expect(resolved('/a/link/x', { link: '../c/./d' })).toBe('/c/d/x');
    expect(resolved('/a/link/x', { link: '/e' })).toBe('/e/x');
    expect(resolved('/link', { link: `${'../'.repeat(1300)}c` })).toBe('/c');
  });

  test('whose symlinks lead in a circle, or are too long together, is an error', () => {
    expect(() => resolved('/a', { a: 'a' })).toThrow('too many levels of symbolic links');
    expect(() => resolved('/a', { a: `a/${'../'.repeat(1300)}` })).toThrow('file name too long');
  });
});
