/** Finds what proves a field or an option, and shows it. */
import { readFileSync } from 'node:fs';
import type { Evidence } from '../../test/setup/proofs.ts';
import { inRoot } from '../build/paths.ts';

/** The proof that stands at a field, or at the nearest one above it. */
export function evidenceFor(
  proofs: Readonly<Record<string, Evidence>>,
  pointer: string,
): { readonly at: string; readonly evidence: Evidence } | undefined {
  for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    const evidence = Object.hasOwn(proofs, at) ? proofs[at] : undefined;
    if (evidence) return { at, evidence };
  }
  return undefined;
}

/** What the cell "tests" has: links for those that stand here, the place of those that stand above. */
export function testsCell(found: ReturnType<typeof evidenceFor>, pointer: string): string {
  if (!found) return '';
  return found.at === pointer ? links(found.evidence) : `as ${code(found.at)}`;
}

export function links({ tests }: Evidence): string {
  return tests.map(([file, text]) => `[${escaped(text)}](../test/${file})`).join(', ');
}

/** Proofs that are not there: the file is missing, or the text in it. */
export function missingTests(proofs: Readonly<Record<string, Evidence>>): string[] {
  return Object.values(proofs)
    .flatMap(({ tests }) => tests)
    .filter(([file, text]) => !textOf(file).includes(text))
    .map(([file, text]) => `${file}: ${text}`);
}

function textOf(file: string): string {
  try {
    return readFileSync(inRoot('test', file), 'utf8');
  } catch {
    return '';
  }
}

export function code(text: string): string {
  return `\`${text}\``;
}

/** For a cell of a table. */
export function escaped(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('`', '').replaceAll('[', '\\[').replaceAll(']', '\\]');
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}
