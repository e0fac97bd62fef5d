import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { explainDirectFailure, explainHelperFailure } from '../../../src/namespaces/explain-id-maps.ts';
import { ordinary, root } from './fixture.ts';

let etc: string;
let proc: string;

beforeEach(() => {
  const directory = mkdtempSync(join(tmpdir(), 'tsrun-maps-'));
  [etc, proc] = [join(directory, 'etc'), join(directory, 'proc')];
  mkdirSync(etc);
  mkdirSync(join(proc, 'self'), { recursive: true });
  writeFileSync(join(etc, 'passwd'), 'ann:x:1000:100:::\n');
  writeFileSync(join(proc, 'self/status'), 'Name:\tnode\nNoNewPrivs:\t0\n');
  writeFileSync(join(proc, 'self/uid_map'), '         0          0 4294967295\n');
});

afterEach(() => {
  rmSync(join(etc, '..'), { recursive: true });
});

const mappings = [
  { containerID: 0, hostID: 1000, size: 1 },
  { containerID: 1, hostID: 100000, size: 65536 },
];
const map = { mappings, pointer: '/linux/uidMappings' };

function helperFailure(said: string, which = map) {
  return explainHelperFailure('uid', which, said, ordinary, { etc, proc });
}

describe('a map that newuidmap refused', () => {
  test('quotes its last line', () => {
    expect(
      helperFailure('usage: …\nnewuidmap: uid range [1-65537) -> [100000-165536) not allowed').message,
    ).toBe(
      'cannot write the uid map 0 → 1000, 1–65536 → 100000–165535: newuidmap: ' +
        'uid range [1-65537) -> [100000-165536) not allowed',
    );
  });

  test('without a line in subuid has the line to add, behind what others have', () => {
    writeFileSync(join(etc, 'subuid'), 'bob:100000:65536\n');
    const { pointer, hint } = helperFailure('no').details;
    expect(pointer).toBe('/linux/uidMappings/1');
    expect(hint).toBe(
      '/etc/subuid has no line for "ann"; as root: ' +
        "echo 'ann:165536:65536' >> /etc/subuid; echo 'ann:165536:65536' >> /etc/subgid",
    );
  });

  test('outside the ranges of subuid has both', () => {
    writeFileSync(join(etc, 'subuid'), 'ann:200000:65536\n');
    expect(helperFailure('no').details.hint).toBe(
      '/etc/subuid gives "ann" 200000–265535, and not 100000–165535: map ids of these',
    );
  });

  test('inside two ranges that follow each other is not outside', () => {
    writeFileSync(join(etc, 'subuid'), 'ann:132768:32768\n1000:100000:32768\n');
    expect(helperFailure('no').details.hint).toBeUndefined();
  });

  test('because of no_new_privs says so', () => {
    writeFileSync(join(etc, 'subuid'), 'ann:100000:65536\n');
    writeFileSync(join(proc, 'self/status'), 'Name:\tnode\nNoNewPrivs:\t1\n');
    expect(
      helperFailure('newuidmap: write to uid_map failed: Operation not permitted').details.hint,
    ).toContain('no_new_privs');
  });

  test('that tsrun chose points nowhere', () => {
    expect(helperFailure('no', { mappings, pointer: '' }).details.pointer).toBeUndefined();
  });
});

describe('a map that the kernel refused', () => {
  const eperm = Object.assign(new Error('EPERM'), { code: 'EPERM' });
  const failure = (identity = root) =>
    explainDirectFailure(eperm, '/proc/7/uid_map', 'uid', map, identity, { etc, proc });

  test('names the file and the errno', () => {
    expect(failure().message).toBe(
      'cannot write the uid map 0 → 1000, 1–65536 → 100000–165535: uid_map: EPERM',
    );
  });

  test('because its ids do not exist here, in a nested namespace, points at the line', () => {
    writeFileSync(
      join(proc, 'self/uid_map'),
      '         0       1000          1\n      1000  200000   65536\n',
    );
    const { pointer, hint } = failure().details;
    expect(pointer).toBe('/linux/uidMappings/1');
    expect(hint).toContain('which has 0, 1000–66535');
  });

  test('because the capability is missing says so', () => {
    expect(failure(ordinary).details.hint).toBe('without CAP_SETUID, only the own uid can be mapped');
  });
});
