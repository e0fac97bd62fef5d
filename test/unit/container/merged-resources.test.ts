import { describe, expect, test } from 'vitest';
import { mergeResources } from '../../../src/container/merged-resources.ts';
import type { Resources } from '../../../src/spec/types.ts';

const before: Resources = {
  devices: [{ allow: false }],
  memory: { limit: 100, swap: 200, reservation: 50 },
  cpu: { shares: 5, quota: 10_000, period: 50_000 },
  pids: { limit: 7 },
};

/** A container with these. */
const having = (resources: Resources, ociVersion = '1.3.0') => ({ ociVersion, linux: { resources } });

describe('an update', () => {
  test.each<[string, Resources, Resources]>([
    [
      'of the quota brings its period',
      { cpu: { quota: 20_000 } },
      { cpu: { quota: 20_000, period: 50_000 } },
    ],
    [
      'of the period brings its quota',
      { cpu: { period: 20_000 } },
      { cpu: { quota: 10_000, period: 20_000 } },
    ],
    ['of shares brings nothing', { cpu: { shares: 6 } }, { cpu: { shares: 6 } }],
    ['of the limit brings swap', { memory: { limit: 120 } }, { memory: { limit: 120, swap: 200 } }],
    ['of swap brings the limit', { memory: { swap: 150 } }, { memory: { limit: 100, swap: 150 } }],
    ['of the reservation brings nothing', { memory: { reservation: 1 } }, { memory: { reservation: 1 } }],
    ['without a limit lifts that on swap', { memory: { limit: -1 } }, { memory: { limit: -1 } }],
  ])('%s', (_, asked, changed) => {
    expect(mergeResources(asked, having(before)).changed).toEqual(changed);
  });

  test('keeps what it does not name', () => {
    const { all } = mergeResources(
      { memory: { limit: -1 }, cpu: { shares: 9 }, pids: { limit: 0 } },
      having(before),
    );
    expect(all).toEqual({
      devices: [{ allow: false }],
      memory: { limit: -1, reservation: 50 },
      cpu: { shares: 9, quota: 10_000, period: 50_000 },
      pids: { limit: 0 },
    });
  });

  test('takes zero and "" for nothing, where engines write them so', () => {
    const asked: Resources = {
      memory: { limit: 0, swap: 0, swappiness: 0 },
      cpu: { shares: 0, quota: 0, period: 0, cpus: '', mems: '', idle: 0, burst: 0 },
      blockIO: { weight: 0 },
      network: { classID: 0 },
      devices: [{ allow: true }],
    };
    expect(mergeResources(asked, having(before)).changed).toEqual({
      ...{ memory: { swappiness: 0 }, cpu: { idle: 0, burst: 0 }, blockIO: {}, network: {} },
    });
    expect(mergeResources(asked, having(before)).all.memory).toEqual({ ...before.memory, swappiness: 0 });
  });

  test.each([
    ['1.0.2-dev', {}, 7],
    ['1.2.1', {}, 7],
    ['1.3.0', { limit: 0 }, 0],
  ])('of the limit of processes to zero, in a container of %s', (ociVersion, pids, limit) => {
    const merged = mergeResources({ pids: { limit: 0 } }, having(before, ociVersion));
    expect(merged.changed).toEqual({ pids });
    expect(merged.all.pids).toEqual({ limit });
  });

  test('of a container without resources', () => {
    const { changed, all } = mergeResources(
      { unified: { 'memory.high': '1' }, cpu: { quota: 5000 } },
      having({}),
    );
    expect(changed).toEqual({ unified: { 'memory.high': '1' }, cpu: { quota: 5000 } });
    expect(all).toEqual(changed);
  });
});
