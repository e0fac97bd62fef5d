import { describe, expect, it } from 'vitest';
import { RuntimeError } from '../../../../src/errors/runtime-error.ts';
import { overlayRequest } from '../../../../src/rootfs/overlay/request.ts';

const annotated = (overlay?: string, lowerdirs?: string) => ({
  annotations: {
    ...(overlay === undefined ? {} : { 'org.tsrun.overlay': overlay }),
    ...(lowerdirs === undefined ? {} : { 'org.tsrun.overlay.lowerdirs': lowerdirs }),
  },
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
    ['dir=/a b/../c,:\\', { kind: 'directory', path: '/c,:\\' }],
  ])('reads %s', (text, layer) => {
    expect(overlayRequest(annotated(text))?.layer).toEqual(layer);
  });

  it('lets the option override the annotation', () => {
    expect(overlayRequest(annotated('disk'), 'off')).toBeUndefined();
    expect(overlayRequest(annotated('off'), 'tmpfs')).toEqual({
      layer: { kind: 'tmpfs' },
      lowerdirs: [],
      pointer: '',
    });
  });

  it.each([
    '',
    'Disk',
    'tmpfs=',
    'tmpfs=0',
    'tmpfs=64mb',
    'tmpfs,nr_inodes=1',
    'dir=',
    'dir=relative',
    'dir=/a\0b',
  ])('refuses the annotation %j at its place in the configuration', (text) => {
    const { code, details } = refusal(() => overlayRequest(annotated(text)));
    expect({ code, pointer: details.pointer }).toEqual({
      code: 'config',
      pointer: '/annotations/org.tsrun.overlay',
    });
    expect(details.hint).toMatch(/^write /);
  });

  it('calls a bad option a matter of usage', () => {
    expect(refusal(() => overlayRequest({}, 'memory')).code).toBe('usage');
  });

  it('takes a relative directory from the command line only', () => {
    expect(overlayRequest({}, 'dir=x')?.layer).toEqual({ kind: 'directory', path: `${process.cwd()}/x` });
  });

  it('reads further layers as a JSON array, in which a path may hold any character, or between colons', () => {
    expect(overlayRequest(annotated('disk', '["/a:b","/c,\\\\"]'))?.lowerdirs).toEqual(['/a:b', '/c,\\']);
    expect(overlayRequest(annotated('disk', '/a:/b'))?.lowerdirs).toEqual(['/a', '/b']);
  });

  it.each(['', 'a', '/a:', '[', '["a"]', '[1]', '["/a\\u0000"]'])('refuses the layers %j', (text) => {
    const { details } = refusal(() => overlayRequest(annotated('disk', text)));
    expect(details.pointer).toBe('/annotations/org.tsrun.overlay.lowerdirs');
  });

  it('refuses layers for an overlay that nobody asked for, but not for one that is switched off', () => {
    expect(refusal(() => overlayRequest(annotated(undefined, '/a'))).message).toMatch(
      /without "org.tsrun.overlay"/,
    );
    expect(overlayRequest(annotated('disk', '/a'), 'off')).toBeUndefined();
  });
});
