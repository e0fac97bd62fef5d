import { expect, test } from 'vitest';
import { pageWith } from '../../../bench/page.ts';
import { results } from './example.ts';

const page = `# Title

<!-- written by: npm run bench -- --page -->
old
<!-- end of what is written -->

The rest.
`;

test('only what stands between the markers is written', () => {
  const written = pageWith(page, results());
  expect(written.startsWith('# Title\n\n<!-- written by')).toBe(true);
  expect(written.endsWith('<!-- end of what is written -->\n\nThe rest.\n')).toBe(true);
  expect(written).not.toContain('old');
  expect(written).toContain('### As root');
  expect(written).toContain('### Targets');
  expect(written).toContain('* root: crun (pause): no cgroup');
});

test('writing twice changes nothing', () => {
  const written = pageWith(page, results());
  expect(pageWith(written, results())).toBe(written);
});

test('nothing is claimed that was not measured', () => {
  expect(pageWith(page, undefined)).toContain('Not measured yet');
  expect(pageWith(page, results({ complete: false }))).toContain('interrupted');
});

test('a page without markers is an error', () => {
  expect(() => pageWith('# Title\n', results())).toThrow('expected');
});
