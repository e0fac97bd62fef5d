import { spawnSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { manualPages } from '../../../scripts/package/manual.ts';
import { escaped, item, paragraph } from '../../../scripts/package/roff.ts';
import { commands } from '../../../src/cli/commands.ts';
import { globalOptions } from '../../../src/cli/global-options.ts';
import { need } from '../../setup/needs.ts';

const pages = new Map(
  (await manualPages({ version: '1.2.3', arch: 'x64', epoch: 1_600_000_000 })).map(({ path, content }) => [
    path,
    gunzipSync(content as Buffer).toString(),
  ]),
);

test('there is a page for the program and one for each command', () => {
  const names = ['tsrun', ...commands.map(({ name }) => `tsrun-${name}`)];
  expect([...pages.keys()]).toEqual(names.map((name) => `share/man/man8/${name}.8.gz`));
});

test('the page of the program names version, date, commands and global options', () => {
  const page = pages.get('share/man/man8/tsrun.8.gz') ?? '';
  expect(page).toContain('.TH "TSRUN" "8" "2020-09-13" "tsrun 1.2.3"');
  for (const { name } of commands) expect(page).toContain(`\\fBtsrun\\-${name}\\fR(8)`);
  for (const option of globalOptions) expectOption(page, option);
});

test.each(commands)(
  'the page of $name has its arguments and options, and none that are hidden',
  (command) => {
    const page = pages.get(`share/man/man8/tsrun-${command.name}.8.gz`) ?? '';
    expect(page).toContain(`tsrun\\-${command.name} \\- ${escaped(command.summary)}`);
    for (const { name } of command.args) expect(page).toContain(`.TP\n\\fI${escaped(name)}\\fR\n`);
    for (const option of command.options) expectOption(page, option);
  },
);

test('groff has no complaints', (context) => {
  need(context, 'groff');
  for (const [path, page] of pages) {
    const { status, stderr } = spawnSync('groff', ['-ww', '-man', '-Tutf8', '-z'], {
      input: page,
      encoding: 'utf8',
    });
    expect({ path, status, stderr }).toEqual({ path, status: 0, stderr: '' });
  }
});

test('text means nothing to roff', () => {
  expect(paragraph('.so /etc/passwd')).toBe('.PP\n\\&.so /etc/passwd');
  expect(item('tag', "'x\\y' -z")).toBe('.TP\ntag\n\\(aqx\\ey\\(aq \\-z');
});

function expectOption(page: string, option: { readonly name: string; readonly hidden?: boolean }): void {
  const tag = `.TP\n\\fB${escaped(`--${option.name}`)}\\fR`;
  if (option.hidden) expect(page).not.toContain(tag);
  else expect(page).toContain(tag);
}
