/** The command line, bundled as for the executable, where there is nothing but the language. */
import { createContext, runInContext } from 'node:vm';
import { build, type Plugin } from 'esbuild';
import { expect, test } from 'vitest';
import { root } from '../../../scripts/build/paths.ts';
import { yargsForBrowsers } from '../../../scripts/build/yargs-browser.ts';
import { commands } from '../../../src/cli/commands.ts';
import { completions } from '../../../src/cli/completions.ts';
import { helpText } from '../../../src/cli/help-text.ts';
import { parseCommand } from '../../../src/cli/parse-command.ts';

const SOURCE = `
  export { commands, findCommand } from './src/cli/commands.ts';
  export { completions } from './src/cli/completions.ts';
  export { helpText } from './src/cli/help-text.ts';
  export { parseCommand } from './src/cli/parse-command.ts';
  export { recordWriter } from './src/log/records.ts';
`;

/** What V8 has and QuickJS lacks. */
const MISSING = `
  for (const name of ['Atomics', 'console', 'Intl', 'Iterator', 'SharedArrayBuffer', 'WebAssembly'])
    delete globalThis[name];
  const iterator = Object.getPrototypeOf(Object.getPrototypeOf([].values()));
  for (const prototype of [iterator, Set.prototype])
    for (const name of Object.getOwnPropertyNames(prototype))
      if (!['constructor', 'add', 'clear', 'delete', 'entries', 'forEach', 'has', 'keys', 'size', 'values'].includes(name))
        delete prototype[name];
`;

/** Nothing here makes a system call. */
const withoutRuntime: Plugin = {
  name: 'no JS runtime',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^#js-runtime$/ }, ({ path }) => ({ path, namespace: 'none' }));
    onLoad({ filter: /^/, namespace: 'none' }, () => ({
      contents: 'export const jsRuntime = { bytes: {} };',
    }));
  },
};

type Bundle = typeof import('../../../src/cli/commands.ts') &
  typeof import('../../../src/cli/completions.ts') &
  typeof import('../../../src/cli/help-text.ts') &
  typeof import('../../../src/cli/parse-command.ts') &
  typeof import('../../../src/log/records.ts');

async function load(define: Record<string, string> = {}): Promise<Bundle> {
  const { outputFiles } = await build({
    stdin: { contents: SOURCE, resolveDir: root },
    absWorkingDir: root,
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'bundle',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: 'es2022',
    external: ['node:*'],
    define,
    plugins: [yargsForBrowsers, withoutRuntime],
    logLevel: 'silent',
  });
  const context = createContext();
  runInContext(MISSING, context);
  return runInContext(`${outputFiles[0]?.text}; bundle`, context);
}

const bundle = await load();

test.each([undefined, ...commands])('help is what yargs for Node makes: $name', async (command) => {
  const other = command && bundle.findCommand(command.name);
  expect(await bundle.helpText(other)).toBe(await helpText(command));
});

test.each([
  ['exec', '-td', '-e', 'A=1', 'c1', 'ls', '-l'],
  ['exec', '-te'],
  ['exec', '-th', 'c1'],
  ['exec', '-tx', 'c1'],
  ['create', '--constructor', 'c1'],
  ['list', '-qf', 'json'],
])('so is what it reads: %s', async (name = '', ...words) => {
  const read = ({ findCommand, parseCommand: parse }: Pick<Bundle, 'findCommand' | 'parseCommand'>) =>
    outcome(() => parse(findCommand(name) as never, words));
  expect(await read(bundle)).toBe(
    await read({ ...(await import('../../../src/cli/commands.ts')), parseCommand }),
  );
});

test.each([['cr'], ['create', '--'], ['list', '--format', ''], ['--log-level', '']])(
  'and what it completes: %s',
  async (...words) => {
    const found = await bundle.completions(words);
    expect(found.length).toBeGreaterThan(0);
    expect([...found]).toEqual(await completions(words));
  },
);

test('help that the build has rendered is printed as it is', async () => {
  const { helpText: built, findCommand } = await load({ TSRUN_HELP: '{ "": "program", "run": "command" }' });
  expect(await built()).toBe('program');
  expect(await built(findCommand('run'))).toBe('command');
});

test('pino writes records', () => {
  const lines: string[] = [];
  const write = bundle.recordWriter((text) => lines.push(text), 'json', 'warning');
  write('debug', 'not seen');
  write('warning', 'seen', { big: 2n ** 64n });
  expect(lines).toEqual([
    expect.stringMatching(/^\{"level":"warning","time":"[^"]+","big":18446744073709551616,"msg":"seen"\}\n$/),
  ]);
});

/** As text: prototypes are those of another realm. */
async function outcome(work: () => Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify(await work());
  } catch (error) {
    const { code, message, details } = error as { code: unknown; message: string; details: unknown };
    return JSON.stringify({ code, message, details });
  }
}
