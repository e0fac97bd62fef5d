/**
 * The executable's way to get signals. Node has other threads, which would take a signal that is for the process: here
 * they are sent to the main thread, as they would be to the only one.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { libcFunction } from '../../../src/kernel/js-runtime/koffi.ts';
import { POLLIN, pollBriefly } from '../../../src/kernel/poll.ts';
import { SignalDescriptor } from '../../../src/kernel/signal-descriptor.ts';
import { spawn, waitForExit } from '../../../src/kernel/spawn.ts';

const SIGPIPE = 13;
const SIGTERM = 15;
const SIGUSR1 = 10;
const SIGUSR2 = 12;
const RTMIN = 34;
const CAUGHT = [SIGUSR1, SIGUSR2, SIGTERM, SIGPIPE, RTMIN, 64];

function send(...numbers: number[]): void {
  const tgkill = libcFunction('int tgkill(int process, int thread, int signal)');
  for (const number of numbers) expect(tgkill(process.pid, process.pid, number)).toBe(0);
}

/** Of this thread. */
function blocked(): string {
  return /^SigBlk:\t(.*)$/m.exec(readFileSync('/proc/thread-self/status', 'utf8'))?.[1] ?? '';
}

test('the descriptor is readable when a signal has come, until it is taken', () => {
  using signals = new SignalDescriptor(CAUGHT);
  expect(pollBriefly(signals.fd, 0)).toBe('timeout');
  send(SIGTERM);
  expect(pollBriefly(signals.fd, 1000, POLLIN)).toBe('ready');
  expect(signals.take()).toEqual([SIGTERM]);
  expect(pollBriefly(signals.fd, 0)).toBe('timeout');
  expect(signals.take()).toEqual([]);
});

test('of one kind, only real-time signals come more than once', () => {
  using signals = new SignalDescriptor(CAUGHT);
  send(SIGUSR1, SIGUSR1, RTMIN, RTMIN, 64);
  expect(signals.take()).toEqual([SIGUSR1, RTMIN, RTMIN, 64]);
});

test('more than are read at a time are taken together', () => {
  using signals = new SignalDescriptor(CAUGHT);
  const many = Array.from({ length: 100 }, () => RTMIN);
  send(...many);
  expect(signals.take()).toEqual(many);
});

test('a write of ours that no one reads is no signal to anyone', () => {
  using signals = new SignalDescriptor(CAUGHT);
  send(SIGPIPE, SIGUSR2);
  expect(signals.take()).toEqual([SIGUSR2]);
});

test('what is started meanwhile has no signal blocked', () => {
  using _ = new SignalDescriptor(CAUGHT);
  const pid = spawn(
    '/bin/sh',
    ['sh', '-c', 'grep -q "^SigBlk:.0*$" /proc/self/status'],
    ['PATH=/usr/bin:/bin'],
  );
  expect(waitForExit(pid)).toEqual({ status: 0 });
});

test('in the end, what has not been taken is lost, and the mask is as it was', () => {
  const before = blocked();
  {
    using _ = new SignalDescriptor([SIGUSR1]);
    const during = blocked();
    {
      using inner = new SignalDescriptor([SIGUSR1, SIGUSR2]);
      send(SIGUSR1, SIGUSR2);
      expect(pollBriefly(inner.fd, 0)).toBe('ready');
    }
    expect(blocked()).toBe(during);
  }
  expect(blocked()).toBe(before);
});
