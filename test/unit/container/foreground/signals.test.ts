import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { caughtSignals, SignalForwarding } from '../../../../src/container/foreground/signals.ts';
import { catchSignals } from '../../../../src/kernel/signal-source.ts';

/** Stands for the process, its siblings and the terminal: what happened to them. */
class Recorder {
  readonly happened: (number | string)[] = [];
  readonly process = { signal: (number: number) => this.#add(number) };
  readonly children = { reap: () => void this.#add('reap') };
  readonly terminal = { resize: () => void this.#add('resize'), resume: () => void this.#add('resume') };

  #add(what: number | string): boolean {
    return this.happened.push(what) > 0;
  }
}

async function send(...names: NodeJS.Signals[]): Promise<void> {
  for (const name of names) {
    process.kill(process.pid, name);
    await sleep(10);
  }
}

/** Without `terminal`, it has none. */
function rig(terminal: boolean) {
  const signals = catchSignals(caughtSignals({ terminal }));
  const recorder = new Recorder();
  const receivers = terminal ? recorder : { ...recorder, terminal: undefined };
  const forwarding = new SignalForwarding(signals, receivers);
  return { forwarding, recorder, [Symbol.dispose]: () => signals[Symbol.dispose]() };
}

test('signals that come before anyone takes them are kept, in order', async () => {
  using signals = rig(false);
  await send('SIGUSR2', 'SIGTERM', 'SIGHUP');
  signals.forwarding.handle();
  expect(signals.recorder.happened).toEqual([12, 15, 1]);
  await send('SIGINT');
  signals.forwarding.handle();
  expect(signals.recorder.happened).toEqual([12, 15, 1, 2]);
});

test('what runc forwards is forwarded', async () => {
  using signals = rig(false);
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
  signals.forwarding.handle();
  const forwarded = [3, 6, 10, 13, 14, 18, 20, 21, 22, 24, 25, 26, 27, 28, 29, 30];
  expect(signals.recorder.happened).toEqual(forwarded);
});

test('of the signals that can be caught, those of faults and SIGURG are left alone', () => {
  const all = Array.from({ length: 64 }, (_, index) => index + 1);
  const caught = caughtSignals({ terminal: false });
  const others = all.filter((number) => !caught.includes(number));
  expect(others).toEqual([4, 5, 7, 8, 9, 11, 16, 19, 23, 31, 32, 33]);
});

test('a process with a terminal of its own is spared what concerns ours', async () => {
  using signals = rig(true);
  await send('SIGWINCH', 'SIGCONT', 'SIGTERM');
  signals.forwarding.handle();
  expect(signals.recorder.happened).toEqual(['resize', 'resume', 18, 15]);
  const caught = caughtSignals({ terminal: true });
  expect([21, 22].filter((number) => caught.includes(number))).toEqual([]);
});

test('when a child has ended, the children are looked at', async () => {
  using signals = rig(false);
  await send('SIGCHLD');
  signals.forwarding.handle();
  expect(signals.recorder.happened).toEqual(['reap']);
});
