import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freezer, freezerFile } from '../../../src/cgroups/freezer.ts';
import { containerCgroups } from '../../../src/cgroups/paths.ts';
import { parseHostCgroups } from '../../../src/host/cgroups.ts';
import { hybrid, unified } from './hosts.ts';

let base: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'tsrun-cgroups-'));
});

afterEach(() => {
  rmSync(base, { recursive: true });
});

function at(name: string, content: string): string {
  const path = join(base, name);
  writeFileSync(path, content);
  return path;
}

describe('what freezes a container', () => {
  const fileOn = (host: Parameters<typeof containerCgroups>[0]) =>
    freezerFile(containerCgroups(host, { id: 'web' }).directories);

  test('is version 1, where its freezer is mounted', () => {
    const [mount] = ['36 31 0:33 / /sys/fs/cgroup/freezer rw - cgroup cgroup rw,freezer\n'];
    const host = [...hybrid, ...parseHostCgroups('6:freezer:/\n', mount ?? '')];
    expect(fileOn(host)).toBe('/sys/fs/cgroup/freezer/web/freezer.state');
  });

  test('is version 2 otherwise, if only beside version 1', () => {
    expect(fileOn(unified)).toBe('/sys/fs/cgroup/user.slice/user-1000.slice/web/cgroup.freeze');
    expect(fileOn(hybrid)).toBe('/sys/fs/cgroup/unified/web/cgroup.freeze');
    expect(fileOn([])).toBeUndefined();
  });
});

test('version 1 freezes and thaws', () => {
  const file = at('freezer.state', 'THAWED\n');
  const own = freezer(file);
  own.freeze();
  expect([readFileSync(file, 'utf8').slice(0, 6), own.isFrozen()]).toEqual(['FROZEN', true]);
  own.thaw();
  expect(own.isFrozen()).toBe(false);
});

test('version 1: what one above it has frozen is not paused', () => {
  at('freezer.self_freezing', '0\n');
  expect(freezer(at('freezer.state', 'FROZEN\n')).isFrozen()).toBe(false);
  at('freezer.self_freezing', '1\n');
  expect(freezer(at('freezer.state', 'FREEZING\n')).isFrozen()).toBe(true);
});

test('version 2 freezes and thaws', () => {
  const file = at('cgroup.freeze', '0');
  at('cgroup.events', 'populated 1\nfrozen 1\n');
  const own = freezer(file);
  own.freeze();
  expect([readFileSync(file, 'utf8'), own.isFrozen()]).toEqual(['1', true]);
  own.thaw();
  expect(own.isFrozen()).toBe(false);
});

test.each(['freezer.state', 'cgroup.freeze'])('without %s there is an error with a hint', (name) => {
  expect(() => freezer(join(base, name)).freeze()).toThrow(
    'cannot toggle freezer: cgroups not configured for container',
  );
});
