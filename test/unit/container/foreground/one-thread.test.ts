/** Standing in for a process as the executable does: one thread, no event loop but ours, signals from a descriptor. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { exitStatus } from '../../../../src/container/foreground/exit.ts';
import { awaitForeground } from '../../../../src/container/foreground/foreground.ts';
import { caughtSignals } from '../../../../src/container/foreground/signals.ts';
import type { Source } from '../../../../src/kernel/event-loop.ts';
import { IntervalTimer } from '../../../../src/kernel/interval-timer.ts';
import type { JsRuntime } from '../../../../src/kernel/js-runtime/js-runtime.ts';
import { libcFunction } from '../../../../src/kernel/js-runtime/koffi.ts';
import { Pidfd } from '../../../../src/kernel/pidfd.ts';
import { POLLIN } from '../../../../src/kernel/poll.ts';
import { SignalDescriptor } from '../../../../src/kernel/signal-descriptor.ts';
import { catchSignals } from '../../../../src/kernel/signal-source.ts';
import { spawn } from '../../../../src/kernel/spawn.ts';

vi.mock('#js-runtime', async (original) => {
  const { jsRuntime } = await original<{ jsRuntime: JsRuntime }>();
  return { jsRuntime: { ...jsRuntime, eventLoop: undefined } };
});

const folder = mkdtempSync(join(tmpdir(), 'tsrun-one-thread-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const USR1 = 10;
const RTMIN = 34;

/** To this thread: Node has others, which would take what is for the process. */
function sendToUs(number: number): void {
  libcFunction('int tgkill(int process, int thread, int signal)')(process.pid, process.pid, number);
}

/** Calls back every few milliseconds, though JavaScript blocks. */
function ticking(timer: IntervalTimer, tick: () => void): Source {
  const handle = () => {
    timer.clear();
    tick();
  };
  return { interest: () => ({ fd: timer.fd, events: POLLIN }), handle };
}

async function statusOf(script: string, tick: () => void = () => {}): Promise<number> {
  using signals = catchSignals(caughtSignals({ terminal: false }));
  expect(signals).toBeInstanceOf(SignalDescriptor);
  const pid = spawn('/bin/sh', ['sh', '-c', script], ['PATH=/usr/bin:/bin']);
  using pidfd = Pidfd.open(pid);
  if (!pidfd) throw new Error('no such process');
  using timer = new IntervalTimer(20);
  const { exit } = await awaitForeground({ pid, pidfd, signals, beside: ticking(timer, tick) });
  return exitStatus(exit);
}

test.each([
  ['exit 3', 3],
  ['sleep 0.1; exit 7', 7],
  ['sleep 0.1; kill -INT $$', 130],
])('%s: %i', async (script, expected) => {
  expect(await statusOf(script)).toBe(expected);
});

test.each([
  ['a standard one', USR1],
  ['a real-time one', RTMIN],
])('a signal to us reaches it: %s', async (_, number) => {
  const ready = join(folder, String(number));
  const script = `trap "exit 5" ${number}; echo >${ready}; while :; do sleep 0.01; done`;
  const sendOnceReady = () => {
    if (!existsSync(ready)) return;
    rmSync(ready);
    sendToUs(number);
  };
  expect(await statusOf(script, sendOnceReady)).toBe(5);
});
