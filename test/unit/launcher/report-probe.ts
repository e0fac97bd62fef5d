/** What the launcher made of its caller, as JSON; report.test.ts starts it with a launcher of its own. */
import { readFileSync, writeFileSync } from 'node:fs';
import { callerEnvironment, callerReport } from '../../../src/host/caller.ts';

const { values } = Object;
writeFileSync(
  process.env.PROBE_OUTPUT ?? '/dev/stdout',
  JSON.stringify(
    {
      report: callerReport(),
      environment: { ...callerEnvironment() },
      names: Object.keys(process.env).filter((name) => !name.startsWith('@')),
      bytes: values(callerEnvironment()).join('').length,
      arguments: process.argv.slice(2),
      cwd: process.cwd(),
      status: readFileSync('/proc/self/status', 'latin1'),
    },
    (_, value) => (typeof value === 'bigint' ? value.toString() : value),
  ),
);
