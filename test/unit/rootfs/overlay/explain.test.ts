import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { call } from '../../../../src/kernel/call.ts';
import { EBUSY, EINVAL, ELOOP, ENODEV, ENOENT, EPERM } from '../../../../src/kernel/errno.ts';
import { explainOverlay } from '../../../../src/rootfs/overlay/explain.ts';
import { mountsBelow } from '../../../../src/rootfs/overlay/mounts-below.ts';

const base = mkdtempSync(join(tmpdir(), 'tsrun-overlay-'));
afterAll(() => rmSync(base, { recursive: true }));

const refused = { lowers: [base], pointer: '/annotations/org.tsrun.overlay', userxattr: true };
const explain = (errno: number, more: object = {}) =>
  explainOverlay({ call: call('fsconfig'), errno }, { ...refused, ...more });

describe('explainOverlay', () => {
  it('names the mounts that are locked in a lower layer', () => {
    const error = explain(EINVAL, { lowers: ['/'] });
    expect(error.message).toMatch(
      /^cannot mount the overlay root: the lower layer "\/" has mounts in it, .*"\/proc"/,
    );
    expect(error.details).toMatchObject({ call: 'fsconfig', errno: 'EINVAL', pointer: refused.pointer });
  });

  it('points at the field that names a layer that is missing', () => {
    expect(explain(ENOENT, { lowers: ['/missing'] }).details.pointer).toBe('/root/path');
    const further = explain(EINVAL, { lowers: [base, '/missing'] });
    expect(further.message).toMatch(/"\/missing" is not a directory/);
    expect(further.details).toMatchObject({ pointer: '', hint: expect.stringContaining('--overlay-lower') });
    const entry = explain(ENOENT, { lowers: ['/missing'], pointer: '/mounts/2', destination: '/d' });
    expect(entry.message).toMatch(/^cannot mount "overlay" at "\/d": /);
    expect(entry.details.pointer).toBe('/mounts/2');
  });

  it('tells of a volatile overlay that has left its mark', () => {
    mkdirSync(join(base, 'work/work/incompat/volatile'), { recursive: true });
    mkdirSync(join(base, 'upper'));
    const writable = { kind: 'directories', upper: join(base, 'upper'), work: join(base, 'work') };
    expect(explain(EINVAL, { writable, userxattr: false }).message).toMatch(/volatile/);
  });

  it.each([
    [ENODEV, /modprobe overlay/],
    [EPERM, /5\.11/],
    [ELOOP, /apart/],
    [EBUSY, /one container at a time/],
    [EINVAL, /dmesg/],
  ])('has a remedy for errno %i', (errno, hint) => {
    expect(explain(errno, { userxattr: false }).details.hint).toMatch(hint);
  });
});

it('finds mounts below a directory, and not beside it', () => {
  const mountinfo = join(base, 'mountinfo');
  const line = (path: string) => `1 2 0:3 / ${path} rw - ext4 /dev/x rw`;
  const upper = join(base, 'upper');
  writeFileSync(
    mountinfo,
    [line('/'), line(base), line(`${base}/a\\040b`), line(`${base}x`), line(upper), line(upper), ''].join(
      '\n',
    ),
  );
  expect(mountsBelow(base, mountinfo)).toEqual([`${base}/a b`, upper]);
});
