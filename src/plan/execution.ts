/**
 * Executes steps in order. Neighbouring steps of the same stub travel as one program; a step that wants to look
 * at its results ends a program.
 */

import { RuntimeError } from '../errors/runtime-error.ts';
import { type CallRunner, failureBefore, LocalRunner, RemoteRunner } from '../init/call-runner.ts';
import { type Program, ResultTable } from '../init/program.ts';
import { Remote } from '../init/remote.ts';
import type { Actor, CallStep, Live, Step } from '../init/step.ts';
import { Vigil } from '../init/vigil.ts';
import type { Call, Failure, Out } from '../kernel/call.ts';
import { close } from '../kernel/calls/file.ts';
import { monotonicMilliseconds } from '../kernel/clock.ts';
import { describeErrno, EAGAIN, errnoName } from '../kernel/errno.ts';
import { attempt, isTolerated } from '../kernel/local.ts';
import { type Log, silentLog } from '../log/log.ts';
import { Ahead, takeBatch } from './ahead.ts';

/** Milliseconds: somebody may disturb on purpose. */
const LONGEST_DISTURBANCE = 2000;

export class Execution implements Live {
  pid = 0;
  stubPid = 0;
  readonly results = new ResultTable();
  readonly #remotes = new Map<Actor, Remote>();
  readonly #log: Log;
  readonly #putOff: (() => void)[] = [];
  readonly #ahead = new Ahead();

  /** @param log gets the name of each step that was executed, for debugging */
  constructor(log: Log = silentLog) {
    this.#log = log;
  }

  connect(actor: Actor, control: number): void {
    const vigil = new Vigil(() => (actor === 'stub' ? this.stubPid : this.pid));
    this.#remotes.set(actor, new Remote(control, this.results, vigil));
  }

  define(placeholder: Call, value: number): void {
    this.results.note(placeholder, value);
  }

  runner(actor: Actor): CallRunner {
    return actor === 'runtime' ? new LocalRunner() : new RemoteRunner(this.remote(actor));
  }

  /** Closes the control sockets: a stub that waits on one ends. */
  disconnect(): void {
    for (const { control } of this.#remotes.values()) attempt(close(control));
    this.#remotes.clear();
  }

  /** It ends: who wants something of it later must not wait for an answer. */
  #forget(actor: Actor): void {
    attempt(close(this.remote(actor).control));
    this.#remotes.delete(actor);
  }

  remote(actor: Actor): Remote {
    const remote = this.#remotes.get(actor);
    if (!remote) throw new TypeError(`no ${actor} is connected`);
    return remote;
  }

  /**
   * @param following what will be executed next: where there is time, it is encoded meanwhile
   * @throws RuntimeError of the first step that fails; what was done by then is the caller's to undo
   */
  execute(steps: readonly Step[], following?: readonly Step[]): void {
    if (following) this.whileWaiting(() => this.#ahead.prepare(following, this.results.values));
    let queue = [...steps];
    while (queue.length > 0) {
      const next = queue[0] as Step;
      if (next.kind === 'action') {
        this.#catchUp();
        queue.shift();
        this.#act(next.name, next.pointer, () => next.run(this));
      } else {
        const more = this.#run(takeBatch(queue));
        if (more.length > 0) queue = [...more, ...queue];
      }
    }
    this.#catchUp();
  }

  /**
   * Puts work off until a stub's answer has to be waited for, since a stub works on another processor; or until
   * anything is to be done that is no stub's program. What it throws is thrown then.
   */
  whileWaiting(work: () => void): void {
    this.#putOff.push(work);
  }

  #catchUp(): void {
    for (const work of this.#putOff.splice(0)) work();
  }

  #act(name: string, pointer: string, run: () => void): void {
    try {
      run();
      this.#log.debug(name);
    } catch (error) {
      if (!(error instanceof RuntimeError) || error.code !== 'system') throw error;
      throw new RuntimeError('system', `cannot ${name}: ${error.message}`, {
        ...error.details,
        cause: error,
        pointer,
        step: name,
      });
    }
  }

  /** @returns the steps to be executed next, before what follows */
  #run(batch: readonly CallStep[]): readonly Step[] {
    const { actor } = batch[0] as CallStep;
    const calls = batch.flatMap((step) => step.calls);
    const last = batch.at(-1) as CallStep;
    const prepared = this.#ahead.programFor(batch, this.results.values);
    const failure = this.#persistently(calls, (rest) =>
      actor === 'runtime'
        ? this.#runHere(rest)
        : this.#runThere(actor, rest, last, rest === calls ? prepared : undefined),
    );
    if (!failure) {
      this.#observe(batch);
      return last.check?.(this.results, this) ?? [];
    }
    const at = batch.findIndex((step) => step.calls.includes(failure.call));
    const failed = batch[at] as CallStep;
    const recovery = failed.recover?.(failure);
    if (recovery === undefined || recovery instanceof RuntimeError)
      throw stepError(failed, failure, recovery);
    this.#observe(batch.slice(0, at));
    return [...recovery, ...batch.slice(at + 1)];
  }

  /**
   * openat2(2): while something is renamed or mounted, anywhere on the machine, a path with `..` in it may end in
   * EAGAIN. What was done by then is done; the rest is tried again.
   */
  #persistently(
    calls: readonly Call[],
    run: (rest: readonly Call[]) => Failure | undefined,
  ): Failure | undefined {
    let rest = calls;
    for (let begin: number | undefined; ; ) {
      const failure = run(rest);
      if (failure?.call.name !== 'openat2' || failure.errno !== EAGAIN) return failure;
      begin ??= monotonicMilliseconds();
      if (monotonicMilliseconds() - begin > LONGEST_DISTURBANCE) return failure;
      rest = this.#stillToDo(rest.slice(rest.indexOf(failure.call)));
    }
  }

  /** Without what refers to a failed call, which a stub skips in one program only. */
  #stillToDo(calls: readonly Call[]): readonly Call[] {
    return calls.filter((call) => {
      const failed = failureBefore(call, this.results.values);
      if (failed !== undefined) this.results.note(call, failed);
      return failed === undefined;
    });
  }

  #observe(steps: readonly CallStep[]): void {
    for (const step of steps) {
      this.#log.debug(step.name);
      step.observe?.(this.results);
    }
  }

  #runThere(
    actor: Actor,
    calls: readonly Call[],
    { answers, meanwhile }: CallStep,
    prepared: Program | undefined,
  ): Failure | undefined {
    const remote = this.remote(actor);
    if (answers === undefined) return this.#runAndWait(remote, calls, prepared);
    this.#catchUp();
    const during = meanwhile && ((control: number) => meanwhile(this, control));
    if (answers === 'on-failure') return remote.runToTheEnd(calls, during);
    if (answers === 'when-waiting') return remote.runUntilWaiting(calls, during);
    if (answers === 'when-disconnected') return remote.runUntilDisconnected(calls, during);
    remote.post(calls);
    if (calls.at(-1)?.name === 'exit_group') this.#forget(actor);
    return undefined;
  }

  #runAndWait(remote: Remote, calls: readonly Call[], prepared: Program | undefined): Failure | undefined {
    let thrown: { readonly error: unknown } | undefined;
    const failure = remote.run(calls, prepared, () => {
      try {
        this.#catchUp();
      } catch (error) {
        thrown = { error };
      }
    });
    if (thrown) throw thrown.error;
    return failure;
  }

  #runHere(calls: readonly Call[]): Failure | undefined {
    this.#catchUp();
    for (const call of calls) {
      const outs = new Map<Out, Uint8Array>();
      // As the stub has it: what refers to a failed call is skipped.
      const skipped = failureBefore(call, this.results.values);
      const result = skipped ?? attempt(call, this.results, outs);
      if (result < 0 && !isTolerated(call, -result) && skipped === undefined) return { call, errno: -result };
      this.results.note(call, result, call.out && outs.get(call.out));
    }
    return undefined;
  }
}

/** The ordinary error of a step, or the step's own with what is always known added. */
export function stepError(
  { name, pointer }: CallStep,
  { call, errno }: Failure,
  better?: RuntimeError,
): RuntimeError {
  const known = { step: name, call: call.name, errno: errnoName(errno), ...(pointer ? { pointer } : {}) };
  if (better) return new RuntimeError(better.code, better.message, { ...known, ...better.details });
  return new RuntimeError('system', `cannot ${name}: ${call.name}: ${describeErrno(errno)}`, known);
}
