import { expect, test } from 'vitest';
import { parseTap, testNames } from '../../../scripts/foreign/tap.ts';

const text = `1..4
ok 1 runc create
not ok 2 runc "exec"
# (in test file exec.bats, line 12)
#   \`[ "$status" -eq 0 ]' failed
ok 3 runc update # skip test requires cgroups_v2
`;
const names = ['runc create', 'runc "exec"', 'runc update', 'runc kill'];

test('a test passes, fails with what bats says of it, or is skipped with its reason', () => {
  const { tests, diagnostics } = parseTap(text, names);
  expect(tests.slice(0, 3)).toEqual([
    { test: 'runc create', result: 'pass' },
    { test: 'runc "exec"', result: 'fail' },
    { test: 'runc update', result: 'skip', reason: 'test requires cgroups_v2' },
  ]);
  expect(diagnostics.get('runc "exec"')).toEqual([
    '(in test file exec.bats, line 12)',
    '  `[ "$status" -eq 0 ]\' failed',
  ]);
});

test('a test that bats has not come to has failed', () => {
  const { tests, diagnostics } = parseTap(text, names);
  expect(tests[3]).toEqual({ test: 'runc kill', result: 'fail' });
  expect(diagnostics.has('runc kill')).toBe(false);
});

test('the names of the tests are read from the file', () => {
  expect(testNames('load helpers\n@test "one" {\n}\n@test "a \\"b\\"" {\n}\n')).toEqual(['one', 'a "b"']);
});
