/** Makes the proofs of test/limits on one runtime, and says how it goes. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { delegatedCgroup } from '../../test/limits/delegated.ts';
import { findHost, type Place } from '../../test/limits/host.ts';
import { kinds, type Verdict } from '../../test/limits/proof.ts';
import { families } from '../../test/limits/proofs.ts';
import { prove } from '../../test/limits/prove.ts';
import type { Run } from './results.ts';

export interface RunOptions {
  readonly runtime: string;
  readonly manager: Place['manager'];
  /** Parts of the families and claims of the proofs that are wanted; none: all. */
  readonly only: readonly string[];
}

export async function runProofs({ runtime, manager, only }: RunOptions): Promise<Run> {
  const scratch = mkdtempSync(join(tmpdir(), 'tsrun-limits-'));
  try {
    const host = findHost({ manager, scratch });
    const needsDelegation = host.place.user === 'user' && manager === 'cgroupfs';
    await using delegated = needsDelegation ? await delegatedCgroup() : undefined;
    const version = firstLine(runtime, '--version');
    console.log(`${runtime}: ${version}; cgroup ${host.place.cgroup}, ${manager}, as ${host.place.user}`);
    const verdicts: Record<string, Verdict> = {};
    for (const [family, proofs] of Object.entries(families)) {
      const chosen = proofs.filter(
        ({ claim }) => only.length === 0 || only.some((part) => `${family} ${claim}`.includes(part)),
      );
      if (chosen.length > 0) console.log(`\n${family}`);
      for (const proof of chosen) {
        const begin = performance.now();
        const parent = delegated && { parent: delegated.path };
        const verdict = await prove(proof, { host, path: runtime, ...parent }).catch((error: unknown) => {
          console.error(`  broken: ${proof.claim}:`, error);
        });
        if (verdict === undefined) continue;
        verdicts[proof.claim] = verdict;
        const took = ((performance.now() - begin) / 1000).toFixed(1);
        console.log(
          `  ${verdict.kind.padEnd(14)}  ${proof.claim} (${took} s)\n                  ${verdict.note}`,
        );
      }
    }
    console.log(`\n${kinds.map((kind) => `${count(verdicts, kind)} ${kind}`).join(', ')}\n`);
    return {
      place: host.place,
      runtime: basename(runtime).replace(/-node$/, ''),
      version: version.replace(/^.* version /, ''),
      date: new Date().toISOString().slice(0, 10),
      system: [`Linux ${release()}`, ...serviceManager()].join(', '),
      verdicts,
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function count(verdicts: Readonly<Record<string, Verdict>>, wanted: Verdict['kind']): number {
  return Object.values(verdicts).filter(({ kind }) => kind === wanted).length;
}

/** sd_booted(3): systemd and its version, where it is the machine's first process. */
function serviceManager(): string[] {
  return existsSync('/run/systemd/system') ? [firstLine('systemctl', '--version').replace(/ \(.*/, '')] : [];
}

function firstLine(command: string, ...args: string[]): string {
  const { stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return stdout?.split('\n')[0] ?? '';
}
