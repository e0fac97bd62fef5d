/**
 * What the launcher can do for a created container on its own, without an engine: `start`, `delete`, `state` and
 * `kill`, where nothing about the container makes more of them than a few system calls. The rest is for the engine,
 * which does the same in `start.ts`, `delete.ts`, `state.ts` and `kill.ts`.
 */
import { isVersion1Freezer } from '../cgroups/freezer.ts';
import { encodeProgram } from '../init/program.ts';
import { pieces } from '../init/remote.ts';
import {
  check,
  containerDirectory,
  encodeShortcuts,
  equal,
  givenSignal,
  givingConnection,
  type Instruction,
  type ProcessState,
  type Shortcut,
  stateDirectory,
} from '../init/shortcuts.ts';
import type { Step } from '../init/step.ts';
import { type Call, call, callWithOut, ignoreErrors, out, tolerate } from '../kernel/call.ts';
import { EPOLLIN, epollAdd, epollCreate, epollWait } from '../kernel/calls/epoll.ts';
import { fchdir, openat, unlinkat, write } from '../kernel/calls/file.ts';
import { pidfdOpen, pidfdSendSignal } from '../kernel/calls/process.ts';
import { connect, receive, send } from '../kernel/calls/socket.ts';
import { AT_FDCWD, AT_REMOVEDIR, O_PATH, O_RDONLY } from '../kernel/constants/file.ts';
import { AF_UNIX, MSG_PEEK, SIGKILL, SOCK_SEQPACKET } from '../kernel/constants/process.ts';
import { ENOENT } from '../kernel/errno.ts';
import { isListenedTo } from '../seccomp/load.ts';
import { mayFailToBegin } from './begun.ts';
import { LONGEST_DEATH } from './destroy.ts';
import { notifies } from './notify.ts';
import { type Startable, startSteps } from './program.ts';
import { stateAs } from './state.ts';
import { CONTAINER_FILES, INIT_SOCKET } from './state-directory.ts';
import { stateText } from './state-json.ts';
import type { StateRecord } from './state-record.ts';

const dead: readonly ProcessState[] = ['gone', 'killed', 'ended'];
const STDOUT = 1;
/** Bytes: as much goes into a pipe whole or not at all (pipe(7), PIPE_BUF). */
const WHOLE = 4096;

/**
 * @param waits whether it will be started
 * @returns the file for the container's directory
 */
export async function shortcuts(startable: Startable, waits: boolean): Promise<Uint8Array> {
  const { record } = startable;
  const all = [
    ...starting(waits ? await programOf(startable) : undefined, record),
    ...deleting(record),
    ...showing(record),
    ...killing(record),
  ];
  return encodeShortcuts(record, all);
}

/** What the init is sent; undefined where hooks, agents or service managers have a part in it. */
async function programOf(startable: Startable): Promise<readonly Call[] | undefined> {
  const { config, directory, filter } = startable;
  const { startContainer, poststart } = config.hooks ?? {};
  if (startContainer?.length || poststart?.length || notifies(directory)) return undefined;
  if ((filter && isListenedTo(filter)) || mayFailToBegin(config.linux?.resources)) return undefined;
  const steps = await startSteps(undefined, startable);
  return steps.every(isInits) ? steps.flatMap(({ calls }) => calls) : undefined;
}

function isInits(step: Step): step is Extract<Step, { kind: 'calls' }> {
  return step.kind === 'calls' && step.actor === 'init' && !step.check;
}

function starting(calls: readonly Call[] | undefined, record: StateRecord): readonly Shortcut[] {
  if (!calls) return [];
  const message = pieces(encodeProgram(calls, new Map()).message);
  // A socket's address holds 107 bytes only: it is reached from its directory. The engine is to inherit it.
  const back = openat(AT_FDCWD, '.', O_PATH);
  const init = call('socket', AF_UNIX, SOCK_SEQPACKET, 0);
  const answer = receive(init, 1, MSG_PEEK);
  const [first, ...rest] = message.map((piece) => send(init, piece));
  if (!first) return [];
  const instructions = [
    ...notFrozen(record),
    back,
    init,
    fchdir(containerDirectory),
    // The engine is to find its working directory again, whatever comes of it.
    ignoreErrors(connect(init, INIT_SOCKET)),
    fchdir(back),
    // The greeting, where it is connected.
    receive(init, 64),
    givingConnection(first),
    ...rest,
    answer,
    // The end of the connection is the program's beginning; an answer, that it could not be executed.
    equal(answer, 0),
    check('gone', 'ended', 'running'),
    unlinkat(containerDirectory, INIT_SOCKET),
  ];
  return [{ command: 'start', states: ['created'], instructions }];
}

function deleting(record: StateRecord): readonly Shortcut[] {
  const { systemd, resctrl, dataDirectory, helper, sharesPids, hasPoststop, cgroups, id } = record;
  if (systemd || resctrl || dataDirectory || helper || sharesPids || hasPoststop) return [];
  const removal = [
    ...cgroups.map((path) => tolerate(unlinkat(AT_FDCWD, path, AT_REMOVEDIR), ENOENT)),
    ...CONTAINER_FILES.map((name) => tolerate(unlinkat(containerDirectory, name), ENOENT)),
    unlinkat(stateDirectory, id, AT_REMOVEDIR),
  ];
  const killed = [...notFrozen(record), ...killingInit(record), ...removal];
  return [
    { command: 'delete', states: dead, instructions: removal },
    { command: 'delete --force', states: dead, instructions: removal },
    // One that was never started has done nothing that could be lost.
    { command: 'delete', states: ['created'], instructions: killed },
    { command: 'delete --force', states: ['created', 'running'], instructions: killed },
  ];
}

/** Returns when it has ended, and with it all others in its pid namespace. */
function killingInit({ pid }: StateRecord): readonly Instruction[] {
  const init = pidfdOpen(pid);
  const events = epollCreate();
  const end = epollWait(events, LONGEST_DEATH);
  return [...signalling(init, SIGKILL), events, epollAdd(events, init, EPOLLIN), end, equal(end, 1)];
}

/** @param init the call whose result is its pidfd */
function signalling(init: Call, signal: number | Call): readonly Instruction[] {
  // Until it was held, it could become another one.
  return [init, check('created', 'running'), pidfdSendSignal(init, signal)];
}

function showing(record: StateRecord): readonly Shortcut[] {
  const texts = (['stopped', 'created', 'running'] as const).map((status) =>
    stateText(stateAs(record, status)),
  );
  if (texts.some((text) => Buffer.byteLength(text) > WHOLE)) return [];
  const [stopped, created, running] = texts.map((text) => write(STDOUT, text)) as [Call, Call, Call];
  const thawed = notFrozen(record);
  return [
    { command: 'state', states: dead, instructions: [stopped] },
    { command: 'state', states: ['created'], instructions: [...thawed, created] },
    { command: 'state', states: ['running'], instructions: [...thawed, running] },
  ];
}

/** Others outlive the first process where it shares its pid namespace. */
function killing(record: StateRecord): readonly Shortcut[] {
  if (record.sharesPids) return [];
  const instructions = [...notFrozen(record), ...signalling(pidfdOpen(record.pid), givenSignal)];
  return [{ command: 'kill', states: ['created', 'running'], instructions }];
}

/** What version 1 has frozen is blocked: that the launcher sees itself. */
function notFrozen({ freezer }: StateRecord): readonly Instruction[] {
  if (freezer === undefined || isVersion1Freezer(freezer)) return [];
  const file = openat(AT_FDCWD, freezer, O_RDONLY);
  const text = out(8);
  return [file, callWithOut('read', text, file, text, 1), equal(text, '0'.charCodeAt(0))];
}
