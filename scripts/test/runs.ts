/** The parts of `npm test`: checks, and vitest as this user and as others. */
import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Counts } from '../../test/setup/reporter.ts';
import { makeTestUsers, type TestUser, userEnvironment } from '../../test/setup/users.ts';
import { inRoot, root } from '../build/paths.ts';
import { readableClone } from './readable-clone.ts';

export type Tally = { -readonly [K in keyof Counts]: Counts[K] };

/** Runs a script that is not a test. @returns whether it succeeded */
export function check(total: Tally, name: 'build' | 'lint' | 'typecheck'): boolean {
  const { status } = spawnSync(process.execPath, [inRoot('scripts', `${name}.ts`)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status === 0) return true;
  console.log(`failed: npm run ${name}`);
  total.failed += 1;
  return false;
}

/** Runs vitest projects as this user. */
export function vitest(total: Tally, scratch: string, projects: readonly string[]): void {
  run(total, projects, { clone: root, scratch, env: process.env });
}

/** The rootless tests: as this ordinary user, or when root runs the tests as each of the test users. */
export function rootlessRuns(total: Tally, scratch: string): void {
  const projects = ['rootless-quickjs', 'rootless-node'];
  if (process.getuid?.() !== 0) {
    vitest(total, scratch, projects);
    return;
  }
  const users = makeTestUsers();
  // The users must be able to pass, though not to list.
  spawnSync('chmod', ['0711', scratch]);
  const clone = readableClone(users, join(scratch, 'clone'));
  for (const [index, user] of users.entries()) {
    console.log(`as ${user.name}:`);
    // What differs between the users does not depend on the JS runtime.
    const both = index === 0 || process.env.TSRUN_LONG !== undefined;
    run(total, both ? projects : projects.slice(0, 1), {
      clone,
      scratch,
      env: environment(user, scratch),
      user,
    });
  }
}

interface Run {
  readonly clone: string;
  readonly scratch: string;
  readonly env: NodeJS.ProcessEnv;
  readonly user?: TestUser;
}

/** Minutes; far more than a run takes. The variable is set by test:all, when this has been loaded. */
function longest(): number {
  return process.env.TSRUN_LONG ? 120 : 40;
}

/** One vitest; a run that leaves no counts has failed. */
function run(total: Tally, projects: readonly string[], { clone, scratch, env, user }: Run): void {
  const counts = join(scratch, `counts-${user?.name ?? 'self'}-${projects[0]}`);
  writeFileSync(counts, '');
  if (user) chownSync(counts, user.uid, user.gid);
  // The vitest of the clone that these users can read; configuration without writing a compiled copy of it.
  const args = [
    join(clone, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--configLoader=native',
    '--passWithNoTests',
  ];
  const engine = user ? join(clone, 'dist/engine/node') : process.execPath;
  spawnSync(engine, [...args, ...projects.flatMap((name) => ['--project', name])], {
    cwd: clone,
    stdio: ['ignore', 'inherit', 'inherit'],
    // A failed test may leave something that vitest waits for at its end.
    timeout: longest() * 60_000,
    killSignal: 'SIGKILL',
    env: { ...env, TSRUN_COUNTS: counts, TSRUN_QUIET: '1', NO_COLOR: '1' },
    ...(user && { uid: user.uid, gid: user.gid }),
  });
  const line = existsSync(counts) ? readFileSync(counts, 'utf8').trim() : '';
  addCounts(total, line, projects.join(', '));
}

/** @param line what test/setup/reporter.ts has left, or nothing */
export function addCounts(total: Tally, line: string, what: string): void {
  if (line === '') {
    console.log(`failed: vitest did not finish (${what})`);
    total.failed += 1;
    return;
  }
  const counts: Counts = JSON.parse(line);
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
}

function environment(user: TestUser, scratch: string): NodeJS.ProcessEnv {
  const { TSRUN_LONG, TSRUN_SEED, CI, LANG } = process.env;
  return { ...userEnvironment(user, scratch), TSRUN_LONG, TSRUN_SEED, CI, LANG };
}
