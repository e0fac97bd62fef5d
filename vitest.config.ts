/**
 * Tests: `unit` needs nothing; the integration tests run once per JS runtime against what was built.
 * `test/integration/rootless/` is for ordinary users: scripts/test.ts runs those projects as such.
 * `engines` drives tsrun with podman and others, as root, on hosts of its own (test/engines/setup/private-host.ts).
 * The variable TSRUN names the program under test, TSRUN_JS_RUNTIME what it runs on.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { patience } from './test/setup/patience.ts';

const jsRuntimes = ['quickjs', 'node'] as const;
type JsRuntime = (typeof jsRuntimes)[number];

const programs = { quickjs: 'dist/bin/tsrun', node: 'dist/bin/tsrun-node' } as const;

const rootless = 'test/integration/rootless/**/*.test.ts';

export default defineConfig({
  cacheDir: join(tmpdir(), `tsrun-vite-${process.getuid?.()}`),
  test: {
    pool: 'forks',
    maxWorkers: 2,
    reporters: [process.env.TSRUN_QUIET ? 'dot' : 'default', './test/setup/reporter.ts'],
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: patience(60_000) } },
      ...jsRuntimes.flatMap((jsRuntime) => [
        integration(`integration-${jsRuntime}`, jsRuntime, ['test/integration/**/*.test.ts'], [rootless]),
        integration(`rootless-${jsRuntime}`, jsRuntime, [rootless], []),
      ]),
      drivenByEngines('engines', 'quickjs', '*'),
      // What engines ask for is the same; a sample shows that tsrun on the other JS runtime answers it.
      drivenByEngines('engines-node', 'node', '{podman-exit-codes,docker-lifecycle,containerd}'),
      shipped(),
      withSanitizers(),
    ],
  },
});

function drivenByEngines(name: string, jsRuntime: JsRuntime, files: string) {
  const { test } = integration(name, jsRuntime, [`test/engines/${files}.test.ts`], []);
  return { test: { ...test, globalSetup: ['test/engines/setup/users.ts'] } };
}

/** The tests of packages, and some integration tests (all of them with TSRUN_LONG=1) on the program in them. */
function shipped() {
  const sample = ['caller', 'lifecycle', 'exec'].map((name) => `test/integration/${name}.test.ts`);
  const include = process.env.TSRUN_LONG ? ['test/integration/**/*.test.ts'] : sample;
  const { test } = integration('package', 'quickjs', ['test/package/**/*.test.ts', ...include], [rootless]);
  const program = join(import.meta.dirname, 'dist/package-test/installed/bin/tsrun');
  const env = { ...test.env, TSRUN: program, TSRUN_REPEATED: '1' };
  return { test: { ...test, env, globalSetup: ['test/setup/make-packages.ts'] } };
}

/** The functions of the executable's host, and what strains them, with AddressSanitizer and UndefinedBehaviorSanitizer. */
function withSanitizers() {
  const files = [
    'fuzz',
    'battery',
    'amounts',
    'bad-input',
    'lifecycle',
    'exec',
    'seccomp',
    'hooks',
    'terminal',
  ];
  const include = files.map((name) => `test/integration/${name}.test.ts`);
  const { test } = integration('sanitizers', 'quickjs', ['test/sanitized/*.test.ts', ...include], []);
  return {
    test: {
      ...test,
      env: { ...test.env, TSRUN: join(import.meta.dirname, 'dist/sanitized/tsrun'), TSRUN_REPEATED: '1' },
      globalSetup: ['test/setup/make-sanitized.ts'],
      setupFiles: ['test/setup/sanitizer-reports.ts'],
      // Everybody's reports are in one place.
      fileParallelism: false,
    },
  };
}

function integration(name: string, jsRuntime: JsRuntime, include: string[], exclude: string[]) {
  const env = {
    TSRUN: join(import.meta.dirname, programs[jsRuntime]),
    TSRUN_JS_RUNTIME: jsRuntime,
    // What is random has been tried with QuickJS: test/setup/batteries.ts.
    ...(jsRuntime === 'node' && { TSRUN_REPEATED: '1' }),
  };
  return {
    test: {
      name,
      include,
      exclude,
      env,
      testTimeout: patience(120_000),
      hookTimeout: patience(120_000),
      expect: { poll: { timeout: patience(5000) } },
    },
  };
}
