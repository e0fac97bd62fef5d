/** `--debug`: what was done, step by step, and where the start stands, in the log. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { need } from '../setup/needs.ts';
import { sleepingBundle, started } from '../setup/probe-container.ts';
import { makeRig, type Rig } from '../setup/rig.ts';

let rig: Rig;

beforeAll(() => {
  rig = makeRig();
});
afterAll(() => rig[Symbol.asyncDispose]());

test('run says each step, and the stages in the words of runc', async (context) => {
  need(context, 'busybox');
  const bundle = rig.bundle({
    config: (config) => {
      config.process.args = ['true'];
    },
  });
  const messages = await logged(['run', '--bundle', bundle.path, rig.id()]);
  const stages = [
    'nsexec container setup',
    'child process in init()',
    'mount "proc" at "/proc"',
    'init: closing the pipe to signal completion',
    'execute "/bin/true"',
  ];
  expect(messages.filter((message) => stages.includes(message))).toEqual(stages);
});

test('exec too', async (context) => {
  need(context, 'busybox');
  const id = await started(rig, sleepingBundle(rig));
  const messages = await logged(['exec', id, 'true']);
  const stages = ['nsexec container setup', 'child process in init()', 'setns_init: about to exec'];
  expect(messages.filter((message) => stages.includes(message))).toEqual(stages);
});

/** The messages of the log file, in order; nothing else of it is to be seen. */
async function logged(args: readonly string[]): Promise<string[]> {
  const log = join(rig.path, `${rig.id()}.json`);
  const options = ['--debug', '--log', log, '--log-format', 'json'];
  expect(await rig.tsrun([...options, ...args])).toMatchObject({ code: 0, stdout: '', stderr: '' });
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
  expect(lines.every((line) => JSON.parse(line).level === 'debug')).toBe(true);
  return lines.map((line) => JSON.parse(line).msg);
}
