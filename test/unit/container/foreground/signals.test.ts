import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { SignalForwarding } from '../../../../src/container/foreground/signals.ts';

class Recorder {
  readonly signals: number[] = [];
  signal(number: number): boolean {
    this.signals.push(number);
    return true;
  }
}

async function send(...names: NodeJS.Signals[]): Promise<void> {
  for (const name of names) {
    process.kill(process.pid, name);
    await sleep(10);
  }
}

test('signals that come before there is a process are kept for it, in order', async () => {
  using forwarding = new SignalForwarding({ terminal: false });
  await send('SIGUSR2', 'SIGTERM', 'SIGHUP');
  const process = new Recorder();
  forwarding.attach(process);
  expect(process.signals).toEqual([12, 15, 1]);
  await send('SIGINT');
  expect(process.signals).toEqual([12, 15, 1, 2]);
});

test('what runc forwards is forwarded', async () => {
  using forwarding = new SignalForwarding({ terminal: false });
  const target = new Recorder();
  forwarding.attach(target);
  await send(
    'SIGQUIT',
    'SIGABRT',
    'SIGUSR1',
    'SIGPIPE',
    'SIGALRM',
    'SIGCONT',
    'SIGTSTP',
    'SIGTTIN',
    'SIGTTOU',
  );
  await send('SIGXCPU', 'SIGXFSZ', 'SIGVTALRM', 'SIGPROF', 'SIGWINCH', 'SIGIO', 'SIGPWR');
  expect(target.signals).toEqual([3, 6, 10, 13, 14, 18, 20, 21, 22, 24, 25, 26, 27, 28, 29, 30]);
});

test("the size of the caller's window is not the process's affair where it has its own terminal", async () => {
  using forwarding = new SignalForwarding({ terminal: true });
  const target = new Recorder();
  forwarding.attach(target);
  await send('SIGWINCH', 'SIGTERM');
  expect(target.signals).toEqual([15]);
});

test('nothing is left behind', () => {
  const before = process.eventNames().length;
  new SignalForwarding({ terminal: false })[Symbol.dispose]();
  expect(process.eventNames()).toHaveLength(before);
});

test('it costs next to nothing', () => {
  new SignalForwarding({ terminal: false })[Symbol.dispose]();
  const start = process.cpuUsage();
  using _ = new SignalForwarding({ terminal: false });
  // Processor time, in microseconds: others may be at work on this machine.
  const { user, system } = process.cpuUsage(start);
  expect(user + system).toBeLessThan(5000);
});
