import { describe, expect, it } from 'vitest';
import type { Call, Results } from '../../../../src/kernel/call.ts';
import { layer, layerName, openingCalls } from '../../../../src/rootfs/overlay/layer.ts';
import { mountOverlay } from '../../../../src/rootfs/overlay/mount-calls.ts';
import { splitOptions } from '../../../../src/rootfs/overlay/mount-entry.ts';

const results: Results = { value: () => 7, bytes: () => new Uint8Array() };

/** Options as they go to the kernel. */
function options(calls: readonly Call[]): string[] {
  return calls
    .filter(({ name, args }) => name === 'fsconfig' && args[1] !== 6)
    .map(({ args }) => (args[3] === 0 ? String(args[2]) : `${args[2]}=${args[3]}`));
}

describe('layer', () => {
  it('names a plain path as it is', () => {
    expect(layerName(layer('/var/lib/x-1_2.3@y'), results)).toBe('/var/lib/x-1_2.3@y');
  });

  it.each(['/a:b', '/a,b', '/a\\b', '/a b', '/ä', '/a\nb', `/${'x'.repeat(255)}`])(
    'goes by descriptor for %j',
    (path) => {
      const odd = layer(path);
      expect(openingCalls([odd])).toHaveLength(1);
      expect(layerName(odd, results)).toBe('/proc/self/fd/7');
    },
  );
});

describe('mountOverlay', () => {
  const writable = { upper: layer('/u'), work: layer('/w') };

  it('puts the uppermost lower layer first and keeps upper layers self-contained', () => {
    const { calls } = mountOverlay(
      { lower: [layer('/a'), layer('/b')], writable },
      { userxattr: false, volatile: true },
      results,
    );
    expect(options(calls)).toEqual([
      ...['source=overlay', 'lowerdir=/a:/b', 'upperdir=/u', 'workdir=/w'],
      ...['index=off', 'xino=off', 'metacopy=off', 'redirect_dir=nofollow', 'volatile'],
    ]);
  });

  it('marks in user.overlay where it is asked to', () => {
    const { calls } = mountOverlay(
      { lower: [layer('/a')], writable },
      { userxattr: true, volatile: false },
      results,
    );
    expect(options(calls)).toContain('userxattr');
    expect(options(calls)).not.toContain('volatile');
  });

  it('adds lower layers one by one where they are too many for one option', () => {
    const lower = Array.from({ length: 40 }, (_, index) => layer(`/layers/${index}`));
    const { calls } = mountOverlay({ lower, writable }, { userxattr: false, volatile: false }, results);
    expect(options(calls).filter((option) => option.startsWith('lowerdir+='))).toHaveLength(40);
  });
});

describe('the options of a mount entry', () => {
  it('are split as overlay does', () => {
    expect(splitOptions(['lowerdir=/a\\:b:/c\\,d', 'upperdir=/u,v', 'workdir=/w', 'xino=on'])).toEqual({
      lower: ['/a:b', '/c,d'],
      upper: '/u,v',
      work: '/w',
      others: ['xino=on'],
    });
  });

  it('are left to the kernel where a layer is for data only', () => {
    expect(splitOptions(['lowerdir=/a::/b']).others).toEqual(['lowerdir=/a::/b']);
  });
});
