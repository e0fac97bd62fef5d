/**
 * Tests: `unit` needs nothing; the integration tests run once per engine against the built launchers.
 * `test/integration/rootless/` is for ordinary users: scripts/test.ts runs those projects as such.
 * `engines` drives tsrun with podman and others, as root, on hosts of its own (test/engines/setup/private-host.ts).
 * The variable TSRUN names the program under test, TSRUN_ENGINE the engine it starts.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { patience } from './test/setup/patience.ts';

const engines = ['bun', 'node'] as const;
const rootless = 'test/integration/rootless/**/*.test.ts';

export default defineConfig({
  cacheDir: join(tmpdir(), `tsrun-vite-${process.getuid?.()}`),
  test: {
    pool: 'forks',
    maxWorkers: 2,
    reporters: [process.env.TSRUN_QUIET ? 'dot' : 'default', './test/setup/reporter.ts'],
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: patience(60_000) } },
      ...engines.flatMap((engine) => [
        integration(`integration-${engine}`, engine, ['test/integration/**/*.test.ts'], [rootless]),
        integration(`rootless-${engine}`, engine, [rootless], []),
      ]),
      drivenByEngines('engines', 'bun', '*'),
      // What engines ask for is the same; a sample shows that the other engine of tsrun answers it.
      drivenByEngines('engines-node', 'node', '{podman-exit-codes,docker-lifecycle,containerd}'),
      shipped(),
    ],
  },
});

function drivenByEngines(name: string, engine: 'bun' | 'node', files: string) {
  const { test } = integration(name, engine, [`test/engines/${files}.test.ts`], []);
  return { test: { ...test, globalSetup: ['test/engines/setup/users.ts'] } };
}

/** The tests of packages, and some integration tests (all of them with TSRUN_LONG=1) on the program in them. */
function shipped() {
  const sample = ['launcher', 'lifecycle', 'exec'].map((name) => `test/integration/${name}.test.ts`);
  const include = process.env.TSRUN_LONG ? ['test/integration/**/*.test.ts'] : sample;
  const { test } = integration('package', 'bun', ['test/package/**/*.test.ts', ...include], [rootless]);
  const program = join(import.meta.dirname, 'dist/package-test/installed/bin/tsrun');
  const env = { ...test.env, TSRUN: program, TSRUN_REPEATED: '1' };
  return { test: { ...test, env, globalSetup: ['test/setup/make-packages.ts'] } };
}

function integration(name: string, engine: 'bun' | 'node', include: string[], exclude: string[]) {
  const env = {
    TSRUN: join(import.meta.dirname, 'dist/bin', `tsrun-${engine}`),
    TSRUN_ENGINE: engine,
    // What is random has been tried with Bun: test/setup/batteries.ts.
    ...(engine === 'node' && { TSRUN_REPEATED: '1' }),
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
