/** A running guest: started, asked to run commands, ended. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { atEnd, spawnBound } from './ending.ts';
import { type Account, type Output, Port } from './port.ts';
import { type Accelerator, emulatorVersion, type Machine, ports, qemu } from './qemu.ts';

/** Seconds that a start may take. */
const patience = { kvm: 25, tcg: 300 } as const satisfies Record<Accelerator, number>;

export interface Guest {
  readonly pid: number;
  readonly directory: string;
  readonly accelerator: Accelerator;
  /** QEMU's version. */
  readonly emulator: string;
}

/** Starts a guest; it ends with this process, unless it is to be kept. @throws with the end of its console */
export async function startGuest(machine: Omit<Machine, 'directory'>, keep: boolean): Promise<Guest> {
  // Below /tmp: the name of a socket has 107 bytes at most.
  const directory = mkdtempSync('/tmp/tsrun-vm-');
  const forget = atEnd(() => rmSync(directory, { recursive: true, force: true }));
  const [command, ...args] = qemu({ ...machine, directory });
  const log = join(directory, 'log');
  const start = keep ? spawn : spawnBound;
  const env = { QEMU_MODULE_DIR: join(machine.image.emulator, 'usr/lib/x86_64-linux-gnu/qemu') };
  const child = start(command, args, {
    stdio: ['ignore', openSync(log, 'w'), openSync(log, 'a')],
    detached: true,
    env: { PATH: process.env.PATH, TMPDIR: process.env.TMPDIR, ...env },
  });
  child.unref();
  let ended = false;
  child.on('exit', () => {
    ended = true;
  });
  const { accelerator, image } = machine;
  const guest = { pid: child.pid ?? 0, directory, accelerator, emulator: emulatorVersion(image) };
  try {
    while (!ports.every((name) => existsSync(join(directory, name))) && !ended) await delay(20);
    await answers(guest);
  } catch (error) {
    const words = [log, join(directory, 'console')].map((file) => lastLines(file));
    endGuest(guest);
    forget();
    throw new Error(`the guest does not start: ${(error as Error).message}\n${words.join('\n')}`.trim());
  }
  if (keep) forget();
  return guest;
}

/** Both agents run a command, within the time that a start may take. */
async function answers(guest: Guest): Promise<void> {
  const silent = { stdout: () => {}, stderr: () => {} };
  const asked = Promise.all(
    (['root', 'user'] as const).map((account) => inGuest(guest, account, 'true', 60, silent)),
  );
  const seconds = patience[guest.accelerator];
  const timer = new AbortController();
  const late = delay(seconds * 1000, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`no answer after ${seconds} seconds`);
  });
  await Promise.race([asked, late]).finally(() => timer.abort());
}

/** Runs a shell script in the guest, in the clone's directory. */
export async function inGuest(
  guest: Guest,
  account: Account,
  script: string,
  seconds: number,
  output: Output,
): Promise<number> {
  const port = await Port.open(guest.directory, account);
  try {
    return await port.run(script, seconds, output);
  } finally {
    port.close();
  }
}

/** What a script prints. @throws when it fails */
export async function outputOf(guest: Guest, account: Account, script: string): Promise<string> {
  const said: Buffer[] = [];
  const collect = (data: Buffer) => said.push(Buffer.from(data));
  const status = await inGuest(guest, account, script, 60, { stdout: collect, stderr: collect });
  const text = Buffer.concat(said).toString();
  if (status !== 0) throw new Error(`${script}: status ${status}: ${text}`);
  return text;
}

/** Ends a guest at once; what it has written is gone. */
export function endGuest({ pid, directory }: Guest): void {
  try {
    if (pid > 0) process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
  rmSync(directory, { recursive: true, force: true });
}

function lastLines(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').slice(-15).join('\n') : '';
}
