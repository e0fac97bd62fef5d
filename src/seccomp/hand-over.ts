/**
 * Giving the listener of a filter to the agent at `listenerPath`: config-linux.md, "The Container Process State".
 *
 * The process that has loaded the filter cannot be asked for anything any more. It shows the listener's number in its
 * memory and looks there until we have cleared it; we take the descriptor with pidfd_getfd(2).
 */

import { RuntimeError } from '../errors/runtime-error.ts';
import { SHOWN } from '../init/program.ts';
import { VIGIL_SECONDS, Vigil } from '../init/vigil.ts';
import { viewOf } from '../kernel/bytes.ts';
import type { Out } from '../kernel/call.ts';
import { close } from '../kernel/calls/file.ts';
import { clearMemory, pidfdGetfd, readMemory } from '../kernel/calls/process.ts';
import { sendDescriptor } from '../kernel/calls/socket.ts';
import { SIGKILL } from '../kernel/constants/process.ts';
import { EPERM, errnoName } from '../kernel/errno.ts';
import { attempt, perform, systemError } from '../kernel/local.ts';
import { Pidfd } from '../kernel/pidfd.ts';
import { pollBriefly } from '../kernel/poll.ts';

const POINTER = '/linux/seccomp/listenerPath';
/** Milliseconds between two looks. */
const INTERVAL = 1;
const LOOKS_PER_VIGIL = (VIGIL_SECONDS * 1000) / INTERVAL;
/** How many looks may be refused: it can be that the process may not be looked into until it is at its filter. */
const REFUSALS = 1000;

export interface Agent {
  /** Connected to it. */
  readonly socket: number;
  readonly path: string;
  /** The container process state, as JSON. */
  readonly message: (pid: number) => string;
}

/**
 * @param control where the process answers, or ends, when it fails before: then nothing is handed over
 * @throws RuntimeError `system`; then the process is killed
 */
export function handOver(agent: Agent, pid: number, control: number): void {
  using process = Pidfd.open(pid);
  if (!process) return;
  try {
    const shown = awaitNumber(pid, control);
    if (shown === undefined) return;
    const listener = perform(pidfdGetfd(process.fd, shown));
    sendTo(agent, pid, listener);
    perform(close(listener));
    perform(clearMemory(pid, SHOWN));
  } catch (error) {
    process.signal(SIGKILL);
    throw explain(error);
  }
}

/** @returns undefined where the process has failed by then */
function awaitNumber(pid: number, control: number): number | undefined {
  const look = readMemory(pid, SHOWN);
  const vigil = new Vigil(() => pid);
  for (let tries = 0; ; tries++) {
    const outs = new Map<Out, Uint8Array>();
    const result = attempt(look, undefined, outs);
    if (result < 0 && (result !== -EPERM || tries === REFUSALS)) throw systemError(look, -result);
    const shown = result < 0 ? 0 : viewOf(outs.get(look.out as Out) as Uint8Array).getUint32(0, true);
    if (shown !== 0) return shown - 1;
    if (pollBriefly(control, tries === 0 ? 0 : INTERVAL) === 'ready') return undefined;
    if (tries % LOOKS_PER_VIGIL === LOOKS_PER_VIGIL - 1) vigil.look();
  }
}

function sendTo({ socket, path, message }: Agent, pid: number, listener: number): void {
  const send = sendDescriptor(socket, listener, message(pid));
  const result = attempt(send);
  perform(close(socket));
  if (result >= 0) return;
  throw new RuntimeError('system', `cannot send the seccomp listener to "${path}": ${errnoName(-result)}`, {
    pointer: POINTER,
    call: send.name,
    errno: errnoName(-result),
    hint: 'the agent that listens there has closed the connection: see its log',
  });
}

function explain(error: unknown): unknown {
  if (!(error instanceof RuntimeError) || error.details.errno !== errnoName(EPERM)) return error;
  return new RuntimeError('system', `cannot take the seccomp listener out of the process: ${error.message}`, {
    cause: error,
    pointer: POINTER,
    hint: 'it takes CAP_SYS_PTRACE, and /proc/sys/kernel/yama/ptrace_scope below 3',
  });
}
