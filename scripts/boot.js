/**
 * The first step of every npm script: `node scripts/boot.js NAME [arguments]` runs `scripts/NAME.ts`.
 *
 * Runs on the distribution's Node 20, hence plain JavaScript and nothing but built-in modules. It installs the
 * toolchain into the clone where that is missing or older than the lockfile, and goes on with the toolchain's
 * own Node.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const engine = join(root, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');

const [name, ...rest] = process.argv.slice(2);
const script = join(root, 'scripts', `${name}.ts`);
if (name === undefined || !existsSync(script)) fail(`scripts/${name}.ts does not exist`);
if (!installed()) install();
run();

/** Whether node_modules holds exactly what package-lock.json asks for on this machine. */
function installed() {
  try {
    const wanted = packages('package-lock.json');
    const present = packages('node_modules/.package-lock.json');
    return (
      existsSync(engine) &&
      Object.entries(wanted).every(
        ([path, entry]) => path === '' || !fits(entry) || present[path]?.version === entry.version,
      )
    );
  } catch {
    return false; // no node_modules, or half of one
  }
}

function packages(lockfile) {
  return JSON.parse(readFileSync(join(root, lockfile), 'utf8')).packages;
}

/** npm leaves out what is optional and made for another system, and optional peers; the rest must be there. */
function fits({ optional, os, cpu, libc }) {
  if (!optional) return true;
  if (os === undefined && cpu === undefined) return false;
  return (
    (os ?? ['linux']).includes('linux') &&
    (cpu ?? [process.arch]).includes(process.arch) &&
    (libc ?? ['glibc']).includes('glibc')
  );
}

/** `--loglevel=error`: the packages want a newer Node than the one that installs them, which is no concern here. */
function install() {
  console.error('installing the toolchain into node_modules (npm ci) …');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const [command, prefix] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const { status, error } = spawnSync(command, [...prefix, ...args], {
    cwd: root,
    stdio: ['ignore', 'ignore', 2],
  });
  if (status !== 0) fail(`npm ci failed (${error?.message ?? `status ${status}`}); is the network there?`);
  if (!existsSync(engine))
    fail(`npm ci brought no Node for linux-${process.arch}; x64 and arm64 are supported`);
}

function run() {
  const child = spawn(engine, [script, ...rest], { cwd: root, stdio: 'inherit' });
  // The terminal sends these to the child too: this process only waits for it.
  for (const signal of ['SIGINT', 'SIGQUIT']) process.on(signal, () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`cannot run ${engine}: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

function fail(message) {
  console.error(`tsrun: ${message}`);
  process.exit(1);
}
