/** docs/spec-conformance.md says what is so, and every field has a test that shows it. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { unprovenCommands } from '../../scripts/conformance/commands.ts';
import { missingTests } from '../../scripts/conformance/evidence.ts';
import { unprovenFields } from '../../scripts/conformance/fields.ts';
import { conformanceFile, conformancePage } from '../../scripts/conformance/page.ts';
import { commandProofs, fieldProofs } from '../setup/proofs.ts';

test('every field and mount option that is implemented has a test', () => {
  expect(unprovenFields(), 'add them to test/setup/proofs.ts').toEqual([]);
});

test('every command of runc that there is has a test', async () => {
  expect(await unprovenCommands(), 'add them to test/setup/proofs.ts').toEqual([]);
});

test('the tests that are named are there', () => {
  const missing = [...missingTests(fieldProofs), ...missingTests(commandProofs)];
  expect(missing, 'correct test/setup/proofs.ts').toEqual([]);
});

test('docs/spec-conformance.md is as the code is', async () => {
  const now = readFileSync(conformanceFile, 'utf8');
  expect(now, 'run: npm run conformance').toBe(await conformancePage());
});
