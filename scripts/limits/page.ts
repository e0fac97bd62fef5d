/** The table of docs/cgroups.md: what the proofs of test/limits have shown, runtime beside runtime. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Place } from '../../test/limits/host.ts';
import { kinds, type Verdict } from '../../test/limits/proof.ts';
import { families } from '../../test/limits/proofs.ts';
import { inRoot } from '../build/paths.ts';
import { readReasons, reasonFor } from './reasons.ts';
import { type Run, readResults } from './results.ts';

export const pageFile = inRoot('docs/cgroups.md');
const BEGIN = '<!-- written by: npm run limits -- --page -->';
const END = '<!-- end of what is written -->';

export function writePage(): void {
  writeFileSync(pageFile, pageWith(readFileSync(pageFile, 'utf8'), readResults()));
}

/** The page with the table as it should be. */
export function pageWith(page: string, runs: readonly Run[]): string {
  const [before = '', rest = ''] = page.split(BEGIN);
  const after = rest.split(END)[1] ?? '\n';
  return `${before}${BEGIN}\n\n${section(runs)}\n${END}${after}`;
}

function section(runs: readonly Run[]): string {
  const notes = new Notes();
  const rows = Object.entries(families).flatMap(([family, proofs]) => [
    `| **${family}** |${runs.map(() => ' |').join('')}`,
    ...proofs.map(({ claim }) => {
      const cells = runs.map((run) => cell(run, claim, notes));
      return `| ${escaped(claim)} | ${cells.join(' | ')} |`;
    }),
  ]);
  return [
    ...systems(runs),
    '',
    `| | ${runs.map(({ place, runtime }) => `${placeName(place)}<br>${runtime}`).join(' | ')} |`,
    `|---|${runs.map(() => '---|').join('')}`,
    ...rows,
    `| enforced, of those that apply | ${runs.map(total).join(' | ')} |`,
    '',
    ...notes.lines(),
    '',
  ].join('\n');
}

/** Each sentence once, by number. */
class Notes {
  readonly #texts: string[] = [];

  number(text: string): number {
    if (!this.#texts.includes(text)) this.#texts.push(text);
    return this.#texts.indexOf(text) + 1;
  }

  lines(): string[] {
    return this.#texts.map((text, index) => `${index + 1}. ${escaped(text)}`);
  }
}

const signs: Readonly<Record<Verdict['kind'], string>> = {
  enforced: 'enforced',
  'read back': 'read back',
  error: 'error',
  'not applicable': 'n/a',
  'not in force': '**not in force**',
};

function cell({ place, runtime, verdicts }: Run, claim: string, notes: Notes): string {
  const verdict = verdicts[claim];
  if (verdict === undefined) return '';
  if (verdict.kind === 'enforced') return signs.enforced;
  // What others say when they refuse something is their own; what a machine cannot show is the same for all.
  const own = runtime !== 'tsrun' && (verdict.kind === 'error' || verdict.kind === 'not in force');
  const reason = own ? undefined : reasonFor(readReasons(), place, claim, verdict)?.reason;
  return `${signs[verdict.kind]} <sup>${notes.number(reason ?? plain(verdict.note))}</sup>`;
}

/** Without what is another one each time, and without where in runc it was. */
function plain(note: string): string {
  return note
    .replace(/^runc \w+ failed: (unable to start container process: )?(error during container init: )?/, '')
    .replace(/^error setting cgroup config for \w+ process: /, '')
    .replaceAll(/\S*\/t\d+-\d+[^\s/":]*/g, '…')
    .replaceAll(/\bt\d+-\d+\b/g, '…')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function placeName({ cgroup, manager, user }: Place): string {
  const version = cgroup === 'v2' ? `v2, ${manager}` : cgroup === 'hybrid' ? 'v1 (hybrid)' : 'v1';
  return `${version}, ${user === 'root' ? 'root' : 'user'}`;
}

/** Where and when, once for each system. */
function systems(runs: readonly Run[]): string[] {
  const names = [
    ...new Set(
      runs.map(({ place, system }) => `${place.cgroup === 'v2' ? 'Version 2' : 'Version 1'}: ${system}`),
    ),
  ];
  return names.map((name) => {
    const [label] = name.split(':');
    const here = runs.filter(
      ({ place, system }) => name.endsWith(system) && (place.cgroup === 'v2') === (label === 'Version 2'),
    );
    const programs = [...new Set(here.map(({ runtime, version }) => `${runtime} ${version}`))];
    const dates = [...new Set(here.map(({ date }) => date))];
    return `* ${name}; ${programs.join(', ')}; ${dates.join(', ')}`;
  });
}

function total({ verdicts }: Run): string {
  const count = (...wanted: readonly Verdict['kind'][]) =>
    Object.values(verdicts).filter(({ kind }) => wanted.includes(kind)).length;
  return `${count('enforced')} of ${count(...kinds) - count('not applicable')}`;
}

function escaped(text: string): string {
  return text.replaceAll(/[|`[\]<>*]/g, '\\$&');
}
