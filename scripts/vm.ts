/**
 * `npm run test:vm`: the integration tests in a Debian guest with systemd and cgroup version 2 (docs/testing.md).
 *
 * The last line is `N passed, N failed, N skipped`, as of `npm test`; with a command its status is this one's.
 */
import { writeFileSync } from 'node:fs';
import { build } from './build/build.ts';
import type { Tally } from './test/runs.ts';
import { endGuest, type Guest, inGuest } from './vm/guest.ts';
import { stopKeptGuest } from './vm/kept.ts';
import { type Options, readOptions, usage } from './vm/options.ts';
import { Port } from './vm/port.ts';
import { type RunResult, record } from './vm/record.ts';
import { testRuns } from './vm/runs.ts';
import { openGuest } from './vm/session.ts';
import { commandLine, terminal } from './vm/terminal.ts';
import { testIn } from './vm/tests.ts';

/** Seconds that a command may take. */
const LONGEST = 2 * 60 * 60;

try {
  const options = readOptions(process.argv.slice(2));
  process.exitCode = options.stop ? stop() : await start(options);
} catch (error) {
  console.error(`tsrun: ${error instanceof Error ? error.message : error}`);
  if (error instanceof TypeError) console.error(usage);
  process.exitCode = 1;
}

function stop(): number {
  stopKeptGuest();
  return 0;
}

async function start(options: Options): Promise<number> {
  await build();
  const guest = await openGuest(options.keep);
  try {
    if (options.shell) return await shell(guest, options);
    if (options.command) return await command(guest, options.command, options);
    return await tests(guest, options);
  } finally {
    if (!options.keep) endGuest(guest);
  }
}

async function command(guest: Guest, args: readonly string[], options: Options): Promise<number> {
  let status = 0;
  for (const account of options.accounts)
    status ||= await inGuest(guest, account, commandLine(args), LONGEST, terminal);
  return status;
}

async function shell(guest: Guest, { accounts: [account = 'root'] }: Options): Promise<number> {
  if (!process.stdin.isTTY) throw new Error('--shell needs a terminal');
  const port = await Port.open(guest.directory, account);
  const { rows = 24, columns = 80 } = process.stdout;
  const script = `stty rows ${rows} columns ${columns}; exec bash --login`;
  return port.shell(script, process.stdin, terminal).finally(() => port.close());
}

async function tests(guest: Guest, options: Options): Promise<number> {
  const results: RunResult[] = [];
  for (const run of testRuns(options)) {
    const begin = Date.now();
    const result = { ...run, tally: await testIn(guest, run), milliseconds: Date.now() - begin };
    results.push(result);
    // At once: the whole takes long, and may be ended before.
    await record(guest, result);
  }
  const sum = (name: keyof Tally) => results.reduce((total, { tally }) => total + tally[name], 0);
  const total: Tally = { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
  // For `npm run test:all`.
  if (process.env.TSRUN_COUNTS) writeFileSync(process.env.TSRUN_COUNTS, JSON.stringify(total));
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}
