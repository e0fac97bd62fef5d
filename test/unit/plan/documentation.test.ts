/** The excerpts in docs/plan.md are real output; `UPDATE_GOLDEN=1` writes them anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describePlan, type Plan } from '../../../src/plan/print.ts';
import { stepLines } from '../../../src/plan/print-text.ts';
import { asOrdinaryUser, rootlessSpec } from './fixture.ts';

const page = join(import.meta.dirname, '../../../docs/plan.md');
const shown = [
  'map the ids',
  'mount "tmpfs" at "/dev"',
  'make the links of /dev',
  'drop from the bounding set',
];
const shownAsJson = 'mount "tmpfs" at "/dev"';

test('docs/plan.md shows what is printed', () => {
  const { text, json } = excerpts(asOrdinaryUser(rootlessSpec));
  const now = readFileSync(page, 'utf8');
  const wanted = withBlock(withBlock(now, 'text', text), 'json', json);
  if (process.env.UPDATE_GOLDEN) writeFileSync(page, wanted);
  expect(readFileSync(page, 'utf8')).toBe(wanted);
});

function excerpts(plan: Plan): { readonly text: string; readonly json: string } {
  const { create, start } = describePlan(plan);
  const steps = [...create, ...start].filter(({ name }) => shown.includes(name));
  const one = steps.find(({ name }) => name === shownAsJson);
  expect(steps).toHaveLength(shown.length);
  return { text: steps.flatMap(stepLines).slice(1).join('\n'), json: compactJson(one) };
}

/** A call to a line. */
function compactJson(step: object | undefined): string {
  const { calls, ...head } = step as { readonly calls: readonly object[] };
  const lines = calls.map((call) => `    ${JSON.stringify(call)}`).join(',\n');
  return `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "calls": [\n${lines}\n  ]\n}`;
}

function withBlock(markdown: string, name: string, content: string): string {
  const start = markdown.indexOf(`<!-- ${name} -->`);
  const end = markdown.indexOf('<!-- end -->', start);
  expect(start, `<!-- ${name} --> in docs/plan.md`).toBeGreaterThan(0);
  return `${markdown.slice(0, start)}<!-- ${name} -->\n\n\`\`\`text\n${content}\n\`\`\`\n\n${markdown.slice(end)}`;
}
