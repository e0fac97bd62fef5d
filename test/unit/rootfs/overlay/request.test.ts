import { describe, expect, it } from 'vitest';
import { RuntimeError } from '../../../../src/errors/runtime-error.ts';
import { overlayRequest } from '../../../../src/rootfs/overlay/request.ts';
import type { Config } from '../../../../src/spec/types.ts';

const annotated = (overlay: string): Pick<Config, 'annotations'> => ({
  annotations: { 'org.tsrun.overlay': overlay },
});

function refusal(run: () => unknown): RuntimeError {
  try {
    run();
  } catch (error) {
    if (error instanceof RuntimeError) return error;
  }
  throw new Error('was not refused');
}

describe('overlayRequest', () => {
  it('asks for nothing where neither the annotation nor the option is there', () => {
    expect(overlayRequest({})).toBeUndefined();
    expect(overlayRequest(annotated('off'))).toBeUndefined();
  });

  it.each([
    ['disk', { kind: 'disk' }],
    ['tmpfs', { kind: 'tmpfs' }],
    ['tmpfs=64m', { kind: 'tmpfs', size: '64m' }],
    ['tmpfs,size=10%', { kind: 'tmpfs', size: '10%' }],
    ['tmpfs:size=4096', { kind: 'tmpfs', size: '4096' }],
  ])('reads %s', (text, layer) => {
    expect(overlayRequest(annotated(text))?.layer).toEqual(layer);
  });

  it('lets the option override the annotation', () => {
    expect(overlayRequest(annotated('disk'), { overlay: 'off' })).toBeUndefined();
    expect(overlayRequest(annotated('off'), { overlay: 'tmpfs' })).toEqual({
      layer: { kind: 'tmpfs' },
      lowerdirs: [],
      pointer: '',
    });
  });

  it.each(['', 'Disk', 'tmpfs=', 'tmpfs=0', 'tmpfs=64mb', 'tmpfs,nr_inodes=1'])(
    'refuses the annotation %j at its place in the configuration',
    (text) => {
      const { code, details } = refusal(() => overlayRequest(annotated(text)));
      expect({ code, pointer: details.pointer }).toEqual({
        code: 'config',
        pointer: '/annotations/org.tsrun.overlay',
      });
      expect(details.hint).toMatch(/^write /);
    },
  );

  it('calls a bad option a matter of usage', () => {
    expect(refusal(() => overlayRequest({}, { overlay: 'memory' })).code).toBe('usage');
  });

  it.each([
    ['dir=x', `${process.cwd()}/x`],
    ['dir=/a b/../c,:\\', '/c,:\\'],
  ])('takes the directory of %s from the command line', (overlay, path) => {
    expect(overlayRequest({}, { overlay })?.layer).toEqual({ kind: 'directory', path });
  });

  it.each([['dir=/etc'], ['dir=relative'], ['dir=/etc', 'off']])(
    'refuses the annotation %s, which an image can have, whatever the option says: %s',
    (text, overlay?: string) => {
      const { code, message, details } = refusal(() => overlayRequest(annotated(text), { overlay }));
      expect({ code, pointer: details.pointer }).toEqual({
        code: 'config',
        pointer: '/annotations/org.tsrun.overlay',
      });
      expect(message).toContain('only the option --overlay=dir=PATH may');
    },
  );

  it.each(['/etc', '["/etc","/root"]', '', '['])('refuses the annotated layers %j', (text) => {
    const annotations = { 'org.tsrun.overlay': 'disk', 'org.tsrun.overlay.lowerdirs': text };
    for (const overlay of [undefined, 'off', 'tmpfs']) {
      const { code, message, details } = refusal(() => overlayRequest({ annotations }, { overlay }));
      expect({ code, pointer: details.pointer }).toEqual({
        code: 'config',
        pointer: '/annotations/org.tsrun.overlay.lowerdirs',
      });
      expect(message).toContain('only the option --overlay-lower PATH may');
    }
  });

  it('takes further layers from the command line, in which a path may hold any character', () => {
    const overlayLower = ['/a:b', '/c,\\', 'd'];
    expect(overlayRequest(annotated('disk'), { overlayLower })?.lowerdirs).toEqual([
      '/a:b',
      '/c,\\',
      `${process.cwd()}/d`,
    ]);
  });

  it.each<[Pick<Config, 'annotations'>, string?]>([[{}], [annotated('off')], [annotated('disk'), 'off']])(
    'refuses layers if there is no overlay: %j, %s',
    (config, overlay) => {
      const { code, details } = refusal(() => overlayRequest(config, { overlay, overlayLower: ['/a'] }));
      expect(code).toBe('usage');
      expect(details.hint).toBe('add --overlay=disk');
    },
  );

  it('refuses a layer without a path', () => {
    expect(refusal(() => overlayRequest({}, { overlay: 'disk', overlayLower: [''] })).code).toBe('usage');
    expect(refusal(() => overlayRequest({}, { overlay: 'dir=' })).code).toBe('usage');
  });
});
