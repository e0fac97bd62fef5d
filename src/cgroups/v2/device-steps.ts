/**
 * Puts a device program in force in a cgroup that has no process yet. What is attached there already, or above, keeps
 * its say: a device is allowed where all of them allow it (BPF_F_ALLOW_MULTI).
 */
import { type Step, step } from '../../init/step.ts';
import type { Call } from '../../kernel/call.ts';
import { attachDeviceProgram, loadDeviceProgram, queryDevicePrograms } from '../../kernel/calls/bpf.ts';
import { close, openat } from '../../kernel/calls/file.ts';
import { AT_FDCWD, O_DIRECTORY, O_RDONLY } from '../../kernel/constants/file.ts';
import type { DeviceRule } from '../../spec/types.ts';
import { isRefusal } from '../join-error.ts';
import { type DeviceAction, explainDevices, whyRefused } from './device-error.ts';
import { deviceProgram, isIdle } from './device-program.ts';
import { detachOlder, PROGRAM_NAME } from './device-programs.ts';

export interface DeviceProgramRequest {
  /** The cgroup's directory. */
  readonly path: string;
  readonly rules: readonly DeviceRule[];
  /** The rules are left out where the kernel has nobody but the machine's root load a program. */
  readonly rootless: boolean;
  /** Whether the cgroup was refused the user, who goes on without it. */
  readonly isRefused?: () => boolean;
}

const POINTER = '/linux/resources/devices';

/**
 * For this process: a struct with two descriptors cannot be made from results in a stub.
 *
 * @throws RuntimeError `config`, see `orderedRules`
 */
export function deviceProgramSteps(request: DeviceProgramRequest): readonly Step[] {
  const { path, rules } = request;
  const program = deviceProgram(rules);
  if (isIdle(program)) return [];
  const load = loadDeviceProgram(program, PROGRAM_NAME);
  const directory = openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
  const query = queryDevicePrograms(directory);
  const attach = attachDeviceProgram(directory, load);
  const calls = [load, directory, query, attach, close(load), close(directory)];
  const what = new Map<Call, DeviceAction>([
    [load, 'load'],
    [directory, 'open'],
    [query, 'query'],
    [attach, 'attach'],
  ]);
  return [
    step('runtime', 'restrict the devices', POINTER, calls, {
      check: (results) => {
        detachOlder(path, results.bytes(query));
        return undefined;
      },
      recover: ({ call, errno }) => {
        const action = what.get(call) ?? 'attach';
        if (!mayGoOn(request, action, errno)) {
          return explainDevices(
            path,
            action,
            errno,
            action === 'load' ? whyRefused(program, PROGRAM_NAME) : '',
          );
        }
        const open = action === 'load' ? [] : action === 'open' ? [load] : [load, directory];
        return open.length === 0
          ? []
          : [
              step(
                'runtime',
                'leave the devices as they are',
                POINTER,
                open.map((fd) => close(fd)),
              ),
            ];
      },
    }),
  ];
}

function mayGoOn(
  { rootless, isRefused }: DeviceProgramRequest,
  action: DeviceAction,
  errno: number,
): boolean {
  return rootless && (isRefusal(errno) || (action === 'open' && isRefused?.() === true));
}
