/**
 * Standard streams belong to the process's user: /dev/stdout and its like open the pipe or the file once more, which
 * takes a right to it that writing to the descriptor does not take. As in runc, the group stays the same, and streams
 * whose owner cannot be changed are left alone.
 */
import type { Stream } from '../host/streams.ts';
import { action, type Live, type Step, step } from '../init/step.ts';
import { type Call, ignoreErrors } from '../kernel/call.ts';
import { fchown } from '../kernel/calls/file.ts';
import { readIfThere } from '../kernel/file-system.ts';
import { attempt } from '../kernel/local.ts';
import { hostId, parseMap } from '../namespaces/id-map.ts';
import type { IdMapping } from '../spec/types.ts';

export interface StreamRequest {
  readonly streams: readonly Stream[];
  /** As the container's user namespace has it. */
  readonly uid: number;
  /** Whether the container has a user namespace that is not ours. */
  readonly userNamespace: boolean;
  /** Of that namespace, if they are known. */
  readonly mappings: readonly IdMapping[] | undefined;
  readonly rootless: boolean;
  /** Reads its map of uids, if the process that is being made is not in it by then. */
  readonly readMap?: () => string;
}

export interface StreamSteps {
  /** When the process is there, and its id maps are written. */
  readonly outside: readonly Step[];
  /** By the init, while it has CAP_CHOWN. */
  readonly inside: readonly Step[];
}

const NAME = 'give the standard streams to the user';
const POINTER = '/process/user/uid';
const GROUP_STAYS = -1;

export function streamSteps(request: StreamRequest): StreamSteps {
  const { streams, userNamespace, rootless } = request;
  const nothing: StreamSteps = { outside: [], inside: [] };
  if (streams.length === 0) return nothing;
  // Root's streams have no owner in the namespace, so what is in there may not change it.
  if (userNamespace && !rootless) return { ...nothing, outside: fromOutside(request) };
  return { ...nothing, inside: fromInside(request) };
}

function fromInside({ streams, uid, userNamespace, mappings = [] }: StreamRequest): readonly Step[] {
  const owner = userNamespace ? hostId(mappings, uid) : uid;
  const calls = streams.filter((stream) => stream.uid !== owner).map((stream) => give(stream, uid));
  return calls.length === 0 ? [] : [step('init', NAME, POINTER, calls)];
}

function fromOutside(request: StreamRequest): readonly Step[] {
  const { streams, uid, mappings = [] } = request;
  const owner = hostId(mappings, uid);
  if (owner === undefined) return [byMapOfProcess(request)];
  const calls = streams.filter((stream) => stream.uid !== owner).map((stream) => give(stream, owner));
  return calls.length === 0 ? [] : [step('runtime', NAME, POINTER, calls)];
}

/** The namespace was joined: only the kernel knows its map. */
function byMapOfProcess({ streams, uid, readMap }: StreamRequest): Step {
  const does = streams.map(({ fd }) => `fchown(${fd}, UID, ${GROUP_STAYS})`);
  return action(NAME, POINTER, ['read("/proc/PID/uid_map")', ...does], (live: Live) => {
    const map = readMap?.() ?? readIfThere(`/proc/${live.pid}/uid_map`, 'latin1') ?? '';
    const owner = hostId(parseMap(map), uid);
    if (owner === undefined) return;
    for (const stream of streams) if (stream.uid !== owner) attempt(give(stream, owner));
  });
}

function give({ fd }: Stream, owner: number): Call {
  return ignoreErrors(fchown(fd, owner, GROUP_STAYS));
}
