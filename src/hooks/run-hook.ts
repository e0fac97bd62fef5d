/**
 * Runs one hook: config.md, section POSIX-platform Hooks.
 *
 * There is one mechanism for all six kinds. A hook's process begins as an init stub (src/init/), which is told to
 * set up its streams, working directory and ids, and to execute the hook; so every call that fails is known by name and
 * errno, and the same few lines serve this process's hooks and those that the container's init is the parent of.
 *
 * Standard input is a memfd with the state: it takes any length at once, nobody has to wait for a hook that does
 * not read, and whatever its user is it may be opened again as /dev/stdin. Standard output and error are one
 * pipe, so that the order of the lines is kept.
 */

import { ResultTable } from '../init/program.ts';
import { Remote } from '../init/remote.ts';
import { encodeUtf8, viewOf } from '../kernel/bytes.ts';
import { type Call, call, ignoreErrors } from '../kernel/call.ts';
import { close, closeRangeCloexec, dup3, fchown, fcntl, pipe2, pwrite64 } from '../kernel/calls/file.ts';
import { execve, prctl, setpgid, waitid } from '../kernel/calls/process.ts';
import { F_SETFL, MFD_CLOEXEC, O_NONBLOCK } from '../kernel/constants/file.ts';
import { P_PID, PR_SET_PDEATHSIG, SIGKILL } from '../kernel/constants/process.ts';
import { perform } from '../kernel/local.ts';
import { hookFailure, notStarted } from './failure.ts';
import type { NamedHook } from './named-hook.ts';
import { OutputTail } from './output-tail.ts';
import type { HookParent } from './parent.ts';
import { watch } from './watch.ts';

export interface HookProcess {
  readonly env: readonly string[];
  /** What it reads from its standard input. */
  readonly input: string;
  /** What its process does first: working directory, limits, ids. */
  readonly prepare: readonly Call[];
  /** Whose its output is: another user than ours could not open it again as /dev/stderr. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

/**
 * Runs a hook to its end.
 *
 * @throws RuntimeError `hook` where it cannot be executed, fails, or takes longer than it may
 */
export function runHook(hook: NamedHook, process: HookProcess, parent: HookParent): void {
  const { input, reader, writer } = openStreams(parent, process);
  const { pid, control } = parent.fork([input, writer]);
  parent.run('close the streams', [close(input), close(writer)]);
  try {
    const remote = new Remote(control, new ResultTable());
    const failure = remote.runToTheEnd(program(hook, process, input, writer));
    if (failure) throw notStarted(hook, failure, parent.place);
  } catch (error) {
    perform(close(control));
    parent.run('wait for the hook', [waitid(P_PID, pid), close(reader)]);
    throw error;
  }
  perform(close(control));
  const output = new OutputTail();
  const ending = watch(parent, pid, reader, hook.hook.timeout, output);
  if (ending === 'timeout' || !('status' in ending) || ending.status !== 0)
    throw hookFailure(hook, ending, output);
}

interface Streams {
  readonly input: number;
  readonly reader: number;
  readonly writer: number;
}

/** pwrite64 at a time: little enough for the memory of the local executor. */
const CHUNK = 64 * 1024;

function openStreams(parent: HookParent, { input, owner }: HookProcess): Streams {
  const memory = call('memfd_create', 'state', MFD_CLOEXEC);
  const pipe = pipe2();
  const bytes = encodeUtf8(input);
  const writes: Call[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK)
    writes.push(pwrite64(memory, bytes.subarray(at, at + CHUNK), at));
  const results = parent.run('open the streams', [memory, ...writes, pipe]);
  const ends = results.bytes(pipe);
  const view = viewOf(ends);
  const [reader, writer] = [view.getInt32(0, true), view.getInt32(4, true)];
  const give = owner ? [ignoreErrors(fchown(writer, owner.uid, owner.gid))] : [];
  parent.run('open the streams', [fcntl(reader, F_SETFL, O_NONBLOCK), ...give]);
  return { input: results.value(memory), reader, writer };
}

/** What turns a stub into the hook. */
function program(hook: NamedHook, process: HookProcess, input: number, writer: number): readonly Call[] {
  return [
    // A group of its own: what it starts ends with it when its time is over.
    setpgid(0, 0),
    ...[dup3(input, 0), dup3(writer, 1), dup3(writer, 2)],
    ...process.prepare,
    // Behind the change of ids, which resets it: no hook outlives its parent.
    prctl(PR_SET_PDEATHSIG, SIGKILL),
    closeRangeCloexec(3),
    execve(hook.hook.path, hook.argv, process.env),
  ];
}
