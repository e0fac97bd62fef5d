/**
 * The container's terminal: a pty of the container's own devpts, whose master goes to whoever asked for it over
 * a Unix socket (SCM_RIGHTS). pty(7), ioctl_tty(2). Nothing here trusts what the image has in /dev: the
 * multiplexer must be on devpts, and the slave comes from the master itself (CVE-2025-52565).
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { type Step, step } from '../init/step.ts';
import { type Call, type FdArg, ignoreErrors } from '../kernel/call.ts';
import { close, dup3, fchownat, fstatfs, ioctl, ioctlOut, openat, openat2 } from '../kernel/calls/file.ts';
import { cloneTree, moveMount } from '../kernel/calls/mount.ts';
import { sendDescriptor } from '../kernel/calls/socket.ts';
import {
  O_NOCTTY,
  O_NOFOLLOW,
  O_PATH,
  O_RDWR,
  RESOLVE_BENEATH,
  RESOLVE_NO_SYMLINKS,
} from '../kernel/constants/file.ts';
import { TIOCGPTN, TIOCGPTPEER, TIOCSCTTY, TIOCSPTLCK, TIOCSWINSZ } from '../kernel/constants/process.ts';
import { makeEmptyFile } from '../rootfs/target.ts';
import type { ConsoleSize } from '../spec/types.ts';

const DEVPTS_SUPER_MAGIC = 0x1cd1;

export interface TerminalRequest {
  /** /dev of the container. */
  readonly dev: FdArg;
  /** A connected socket that takes the master. */
  readonly receiver: FdArg;
  readonly size: ConsoleSize | undefined;
  readonly uid: number;
  /** Whether /dev/console is to be the terminal; not for `exec`. */
  readonly console: boolean;
}

export function terminalSteps({ dev, receiver, size, uid, console }: TerminalRequest): readonly Step[] {
  const pointer = '/process/terminal';
  const master = openat2(dev, 'pts/ptmx', O_RDWR | O_NOCTTY, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
  const filesystem = fstatfs(master);
  const unlock = ioctl(master, TIOCSPTLCK, new Uint8Array(4));
  const number = ioctlOut(master, TIOCGPTN, 4);
  const slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
  const open = step('init', 'open a terminal', pointer, [master, filesystem, unlock, number, slave], {
    recover: ({ call: failed }) => (failed === master ? noDevpts() : undefined),
    check: (results) => {
      const magic = new DataView(results.bytes(filesystem).slice().buffer).getUint32(0, true);
      if (magic !== DEVPTS_SUPER_MAGIC) throw noDevpts();
      const index = new DataView(results.bytes(number).slice().buffer).getUint32(0, true);
      return [
        step('init', 'hand over the terminal', pointer, [
          sendDescriptor(receiver, master, `/dev/pts/${index}`),
        ]),
      ];
    },
  });
  const dimensions = size ? [ioctl(master, TIOCSWINSZ, windowSize(size))] : [];
  return [
    open,
    step('init', 'set up the terminal', pointer, [...dimensions, ignoreErrors(fchownat(slave, '', uid, -1))]),
    ...(console ? [bindConsole(dev, slave)] : []),
    step('init', 'make it the controlling terminal', pointer, [
      ...[0, 1, 2].map((fd) => dup3(slave, fd)),
      ioctl(0, TIOCSCTTY, 0),
      ...[close(slave), close(master)],
    ]),
  ];
}

function bindConsole(dev: FdArg, slave: Call): Step {
  const target = openat(dev, 'console', O_PATH | O_NOFOLLOW);
  const tree = cloneTree(slave, '', { recursive: false });
  return step('init', 'mount the terminal at "/dev/console"', '/process/terminal', [
    ...[
      makeEmptyFile(dev, 'console', 0o666),
      target,
      tree,
      moveMount(tree, target),
      close(tree),
      close(target),
    ],
  ]);
}

/** struct winsize */
export function windowSize({ height, width }: ConsoleSize): Uint8Array {
  return new Uint8Array(Uint16Array.of(Number(height), Number(width), 0, 0).buffer);
}

function noDevpts(): RuntimeError {
  return new RuntimeError(
    'config',
    'cannot open a terminal: "/dev/pts/ptmx" of the container is not on devpts',
    {
      pointer: '/process/terminal',
      hint: 'mount devpts at /dev/pts, or set process.terminal to false',
    },
  );
}
