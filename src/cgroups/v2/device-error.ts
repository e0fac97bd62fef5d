/** What is said when a device program cannot be loaded or attached. */

import { RuntimeError } from '../../errors/runtime-error.ts';
import { decodeUtf8 } from '../../kernel/bytes.ts';
import type { Out } from '../../kernel/call.ts';
import { explainDeviceProgram } from '../../kernel/calls/bpf.ts';
import { describeErrno, E2BIG, EINVAL, ENOENT, ENOSYS, EPERM, errnoName } from '../../kernel/errno.ts';
import { attempt } from '../../kernel/local.ts';

/** What was tried, by its name in bpf(2). */
export type DeviceAction = 'open' | 'load' | 'attach' | 'detach' | 'query';

const calls: Readonly<Record<DeviceAction, string>> = {
  open: 'openat',
  load: 'bpf(BPF_PROG_LOAD)',
  attach: 'bpf(BPF_PROG_ATTACH)',
  detach: 'bpf(BPF_PROG_DETACH)',
  query: 'bpf(BPF_PROG_QUERY)',
};

/**
 * @param path the cgroup's directory
 * @param words of the kernel, see `whyRefused`
 */
export function explainDevices(path: string, what: DeviceAction, errno: number, words = ''): RuntimeError {
  const hint = hintFor(what, errno, words);
  return new RuntimeError(
    'cgroup',
    `cannot restrict devices in "${path}": ${calls[what]}: ${describeErrno(errno)}${words && `: ${words}`}`,
    {
      pointer: '/linux/resources/devices',
      call: what === 'open' ? 'openat' : 'bpf',
      errno: errnoName(errno),
      ...(hint ? { hint } : {}),
    },
  );
}

const LOG = 1 << 16;

/** What the kernel says of a program that it does not take: the end of its log; empty where it has not looked at it. */
export function whyRefused(program: Uint8Array, name: string): string {
  const outs = new Map<Out, Uint8Array>();
  const call = explainDeviceProgram(program, name, LOG);
  attempt(call, undefined, outs);
  const log = (call.out && outs.get(call.out)) ?? new Uint8Array();
  const lines = decodeUtf8(log).replace(/\0.*$/s, '').trim().split('\n');
  return lines.filter((line) => !line.startsWith('processed ')).at(-1) ?? '';
}

const KERNEL =
  'it takes a kernel of 4.15 or later with CONFIG_BPF_SYSCALL and CONFIG_CGROUP_BPF: use another one, mount the ' +
  'devices controller of version 1, or allow all devices: "devices": [{"allow": true, "access": "rwm"}]';

function hintFor(what: DeviceAction, errno: number, words: string): string | undefined {
  if (errno === EPERM && what === 'load') {
    return 'it takes CAP_SYS_ADMIN, or CAP_BPF and CAP_NET_ADMIN, on the machine itself; before kernel 5.11 also locked memory: ulimit -l unlimited';
  }
  if (errno === EPERM && what === 'attach') {
    return 'it takes CAP_NET_ADMIN on the machine itself, and no program above that wants to be alone: bpftool cgroup tree';
  }
  if (errno === E2BIG) {
    return what === 'load'
      ? 'there are too many rules: name whole major numbers, by a minor number of -1'
      : 'a cgroup has at most 64 programs: bpftool cgroup show';
  }
  if (errno === ENOSYS || (errno === EINVAL && words === '')) return KERNEL;
  return errno === ENOENT ? 'was it removed by another program meanwhile?' : undefined;
}
