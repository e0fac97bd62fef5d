/** The number of processes. */
import { must, type Proof } from '../proof.ts';
import type { Container } from '../subject.ts';
import { until } from '../until.ts';

/** A fork bomb that does no harm where nothing stops it. */
export const boundedForkBomb = '(for i in $(seq 60); do sleep 600 >/dev/null & done) 2>/dev/null';

/** @throws NotInForce where there come to be more processes than `limit` */
export async function stopsAt(container: Container, limit: number): Promise<string> {
  await until(
    () => container.count('pids.events', 'max') > 0 || Number(container.read('pids.current')) > limit,
  );
  const current = Number(container.read('pids.current'));
  must(current <= limit, `there are ${current} processes`);
  return `${current} processes, ${container.count('pids.events', 'max')} refused`;
}

export const pids: readonly Proof[] = [
  {
    claim: 'pids.limit: a fork bomb stops at it',
    resources: { pids: { limit: 10 } },
    files: { 1: { 'pids.max': '10' }, 2: { 'pids.max': '10' } },
    script: `${boundedForkBomb}; exec sleep 600`,
    shows: (container) => stopsAt(container, 10),
  },
  {
    claim: 'pids.limit: what exec starts counts too',
    resources: { pids: { limit: 10 } },
    shows: async (container) => {
      const { stderr } = await container.exec('for i in $(seq 60); do sleep 600 >/dev/null 2>&1 & done');
      must(/can't fork/.test(stderr), `60 processes are started: ${stderr}`);
      return stopsAt(container, 10);
    },
  },
];
