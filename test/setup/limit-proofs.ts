/** The proofs of test/limits as tests of the program under test: what it accepts holds, what it refuses has a reason. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readReasons, reasonFor } from '../../scripts/limits/reasons.ts';
import { type Delegated, delegatedCgroup } from '../limits/delegated.ts';
import { findHost, type HostOptions } from '../limits/host.ts';
import type { Proof } from '../limits/proof.ts';
import { families } from '../limits/proofs.ts';
import { prove } from '../limits/prove.ts';
import { need } from './needs.ts';
import { patience } from './patience.ts';
import { programUnderTest } from './rig.ts';

export interface ProofTests extends Omit<HostOptions, 'scratch'> {
  /** Whether a proof is wanted. */
  readonly wanted?: (family: string, proof: Proof) => boolean;
  /** A command that executes the runtime, which is appended to it. */
  readonly through?: readonly string[];
}

/** More than a proof takes. */
const PATIENCE = patience(60_000);

/** sd_booted(3): those that there are; in the guest the one of the run. */
export function managersHere(): readonly HostOptions['manager'][] {
  const { TSRUN_CGROUP_MANAGER: wanted } = process.env;
  const booted = existsSync('/run/systemd/system');
  const all = booted ? (['cgroupfs', 'systemd'] as const) : (['cgroupfs'] as const);
  return all.filter((name) => name === (wanted ?? name));
}

export function testProofs(
  title: string,
  { wanted = () => true, through = [], ...options }: ProofTests,
): void {
  describe(title, () => {
    const scratch = mkdtempSync(join(tmpdir(), 'tsrun-limits-'));
    const host = findHost({ ...options, scratch });
    let delegated: Delegated | undefined;
    beforeAll(async () => {
      if (host.place.user === 'user' && host.place.manager === 'cgroupfs')
        delegated = await delegatedCgroup();
    });
    afterAll(async () => {
      await delegated?.[Symbol.asyncDispose]();
      rmSync(scratch, { recursive: true, force: true });
    });

    const chosen = Object.entries(families).flatMap(([family, proofs]) =>
      proofs
        .filter(({ as = host.place.user }) => as === host.place.user)
        .filter((proof) => wanted(family, proof)),
    );
    test.for(chosen)('$claim', { timeout: PATIENCE }, async (proof, context) => {
      need(context, 'busybox');
      const parent = delegated ? { parent: delegated.path } : {};
      const verdict = await prove(proof, { host, path: programUnderTest(), through, ...parent });
      context.skip(verdict.kind === 'not applicable', verdict.note);
      const onlyHere = verdict.kind === 'read back' && proof.unseen === undefined;
      context.skip(onlyHere, `only read back: ${verdict.note}`);
      if (verdict.kind === 'error')
        expect(reasonFor(readReasons(), host.place, proof.claim, verdict), verdict.note).toBeDefined();
      else expect(verdict).toEqual({ kind: proof.unseen ? 'read back' : 'enforced', note: verdict.note });
    });
  });
}

const sample = [
  ...[
    'memory.limit: a process',
    'pids.limit: a fork bomb',
    'cpu.quota',
    'cpu.cpus',
    'blockIO.throttleReadBps',
  ],
  ...['devices: a node of one that is not', 'pause:', 'update:', 'process.apparmorProfile'],
];

/** One of each kind: for the second engine and manager, and where processors are emulated. */
export function inSample(_family: string, { claim }: Proof): boolean {
  return sample.some((begin) => claim.startsWith(begin));
}
