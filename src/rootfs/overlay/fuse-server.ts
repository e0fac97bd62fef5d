/** Starts fuse-overlayfs(1) on a mount that is already there: the descriptor of /dev/fuse is its mount point. */

import { RuntimeError } from '../../errors/runtime-error.ts';
import { ResultTable } from '../../init/program.ts';
import { Remote } from '../../init/remote.ts';
import { openControlSocket, spawnStub } from '../../init/stub-process.ts';
import { type Call, call, tolerate } from '../../kernel/call.ts';
import { close, closeRangeCloexec, dup3, fcntl, mkdirat, openat } from '../../kernel/calls/file.ts';
import {
  fsconfigCreate,
  fsconfigFlag,
  fsconfigString,
  fsmount,
  fsopen,
  mountPropagation,
  moveMount,
  umountDetach,
} from '../../kernel/calls/mount.ts';
import { setns, unshare } from '../../kernel/calls/namespace.ts';
import { execve, setName, setresgid, setresuid, setsid } from '../../kernel/calls/process.ts';
import {
  AT_FDCWD,
  F_SETFD,
  MFD_CLOEXEC,
  O_DIRECTORY,
  O_PATH,
  O_RDONLY,
  O_RDWR,
} from '../../kernel/constants/file.ts';
import { MS_PRIVATE, MS_REC } from '../../kernel/constants/mount.ts';
import { CLONE_NEWNS, CLONE_NEWUSER } from '../../kernel/constants/process.ts';
import { describeErrno, EINVAL } from '../../kernel/errno.ts';
import { closeSync, readFileSync } from '../../kernel/file-system.ts';
import { perform } from '../../kernel/local.ts';
import type { IdMaps } from '../../namespaces/id-map.ts';
import type { RefusedOverlay } from './explain.ts';
import { layer, layerName, openingCalls } from './layer.ts';
import { openDirectories } from './opened-directories.ts';
import type { Writable } from './steps.ts';

/** Where its mount is handed over: no layer is there, and nothing that fuse-overlayfs needs. */
export const PLACE = '/sys';

export interface ServedOverlay extends RefusedOverlay {
  readonly writable: Writable;
  /** Of a writable layer in memory. */
  readonly size?: string | undefined;
  /** Permission bits of the root. */
  readonly mode?: number | undefined;
}

export class FuseServer {
  readonly description: readonly string[];
  readonly #program: string;
  readonly #overlay: ServedOverlay;
  readonly #maps: IdMaps | undefined;
  #log = -1;

  constructor(program: string, overlay: ServedOverlay, maps: IdMaps | undefined) {
    this.#program = program;
    this.#overlay = overlay;
    this.#maps = maps;
    this.description = [`setns("/proc/PID/ns/user")`, `setns("/proc/PID/ns/mnt")`, `execve("${program}")`];
  }

  /**
   * Mounts at `PLACE` in the mount namespace of `init`, and starts the program that serves it.
   *
   * @returns its pid
   */
  start(init: number): number {
    this.#log = perform(call('memfd_create', 'fuse-overlayfs', MFD_CLOEXEC));
    const control = openControlSocket();
    const pid = spawnStub([control], [this.#log]);
    const remote = new Remote(control.driver, new ResultTable());
    try {
      const fuse = this.#mount(remote, init);
      this.#execute(remote, fuse);
    } finally {
      perform(close(control.driver));
    }
    return pid;
  }

  /** The last of what it has complained about; once. */
  said(): string {
    const lines = readFileSync(`/proc/self/fd/${this.#log}`, 'utf8').trim().split('\n');
    closeSync(this.#log);
    return (lines.at(-1) ?? '').replace(/^fuse-overlayfs: /, '');
  }

  #mount(remote: Remote, init: number): Call {
    const users = openat(AT_FDCWD, `/proc/${init}/ns/user`, O_RDONLY);
    const mounts = openat(AT_FDCWD, `/proc/${init}/ns/mnt`, O_RDONLY);
    const device = openat(AT_FDCWD, '/dev/fuse', O_RDWR);
    run(remote, [
      ...[setName('tsrun:fuse'), setsid(), users, mounts],
      // EINVAL: it is our own.
      ...[
        tolerate(setns(users, CLONE_NEWUSER), EINVAL),
        setns(mounts, CLONE_NEWNS),
        close(users),
        close(mounts),
      ],
      ...(this.#maps ? [setresgid(0), setresuid(0)] : []),
      device,
    ]);
    const fs = fsopen('fuse');
    const mount = fsmount(fs, 0);
    const target = openat(AT_FDCWD, PLACE, O_PATH | O_DIRECTORY);
    const options = [`fd=${remote.results.value(device)}`, 'rootmode=40000', 'user_id=0', 'group_id=0'];
    run(remote, [
      ...[
        fs,
        fsconfigString(fs, 'source', 'fuse-overlayfs'),
        fsconfigString(fs, 'subtype', 'fuse-overlayfs'),
      ],
      ...options.map((option) => fsconfigString(fs, ...(option.split('=') as [string, string]))),
      ...[
        fsconfigFlag(fs, 'allow_other'),
        fsconfigFlag(fs, 'default_permissions'),
        fsconfigCreate(fs),
        mount,
      ],
      ...[target, moveMount(mount, target), close(fs), close(mount), close(target)],
      // A copy of the mounts, without this one: it must not hold itself.
      ...[unshare(CLONE_NEWNS), mountPropagation('/', MS_REC | MS_PRIVATE), umountDetach(PLACE)],
    ]);
    return device;
  }

  #execute(remote: Remote, device: Call): void {
    const { lowers, writable, pointer } = this.#overlay;
    if (writable.kind === 'tmpfs') run(remote, this.#memory());
    const below = lowers.map(layer);
    const { upper, work, calls, verify } =
      writable.kind === 'directories' ? openDirectories(writable, pointer) : inMemory();
    const layers = [...below, upper, work];
    const opened = openingCalls(layers);
    const nothing = openat(AT_FDCWD, '/dev/null', O_RDWR);
    const streams = [nothing, dup3(nothing, 0), dup3(this.#log, 1), dup3(this.#log, 2)];
    run(remote, [...streams, ...openingCalls(below), ...calls]);
    verify?.(remote.results);
    const names = layers.map((one) => layerName(one, remote.results));
    const [workName, upperName] = [names.pop(), names.pop()];
    const options = [
      `lowerdir=${names.join(':')},upperdir=${upperName},workdir=${workName}`,
      ...this.#squash(),
    ];
    const argv = ['fuse-overlayfs', '-f', '-o', options.join(','), `/dev/fd/${remote.results.value(device)}`];
    const kept = [device, ...opened].map((fd) => fcntl(fd, F_SETFD, 0));
    const failed = remote.runToTheEnd([closeRangeCloexec(3), ...kept, execve(this.#program, argv, [])]);
    if (failed) throw refused(failed.call, failed.errno);
  }

  #memory(): readonly Call[] {
    const fs = fsopen('tmpfs');
    const mount = fsmount(fs, 0);
    const target = openat(AT_FDCWD, PLACE, O_PATH | O_DIRECTORY);
    const { size, mode = 0o755 } = this.#overlay;
    return [
      ...[
        fs,
        fsconfigString(fs, 'mode', '0700'),
        ...(size === undefined ? [] : [fsconfigString(fs, 'size', size)]),
      ],
      ...[fsconfigCreate(fs), mount, mkdirat(mount, 'upper', mode), mkdirat(mount, 'work', 0o700)],
      ...[target, moveMount(mount, target), close(fs), close(mount), close(target)],
    ];
  }

  /** With a single id every other owner is one that the container does not have: all is root's, then. */
  #squash(): readonly string[] {
    const single =
      this.#maps && [this.#maps.uid, this.#maps.gid].every(({ mappings }) => mappings.every(isSingle));
    return single ? ['squash_to_uid=0', 'squash_to_gid=0'] : [];
  }
}

/** Upper and work directory in the tmpfs at `PLACE`. */
function inMemory() {
  const [upper, work] = [layer(`${PLACE}/upper`), layer(`${PLACE}/work`)];
  return { upper, work, calls: [], verify: undefined };
}

function isSingle({ size }: { readonly size: number }): boolean {
  return size === 1;
}

function run(remote: Remote, calls: readonly Call[]): void {
  const failed = remote.run(calls);
  if (failed) throw refused(failed.call, failed.errno);
}

function refused({ name }: Call, errno: number): RuntimeError {
  return new RuntimeError('overlay', `cannot start fuse-overlayfs: ${name}: ${describeErrno(errno)}`, {
    hint: 'it needs /dev/fuse, and kernel 4.18 in a user namespace',
  });
}
