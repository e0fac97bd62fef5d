/**
 * The overlay root by fuse-overlayfs(1), where the kernel refuses its own: fuse(4).
 *
 * The program runs in the container's user namespace, so that it owns what the container owns, and in a mount
 * namespace of its own: pivot_root(2) would change its root too. It stays in the host's pid namespace, where the
 * container neither sees nor kills it. It lives until the container is deleted.
 */
import { RuntimeError } from '../../errors/runtime-error.ts';
import { action, type Step, step } from '../../init/step.ts';
import { type Call, call, type Failure } from '../../kernel/call.ts';
import { close, statx } from '../../kernel/calls/file.ts';
import { cloneTree, umountDetach } from '../../kernel/calls/mount.ts';
import { prctl } from '../../kernel/calls/process.ts';
import { AT_FDCWD, O_CLOEXEC, R_OK, W_OK, X_OK } from '../../kernel/constants/file.ts';
import { PR_SET_DUMPABLE } from '../../kernel/constants/process.ts';
import { describeErrno, EINVAL, ENODEV, EPERM, errnoName } from '../../kernel/errno.ts';
import { mayAccess } from '../../kernel/file-system.ts';
import type { Log } from '../../log/log.ts';
import type { IdMaps } from '../../namespaces/id-map.ts';
import { explainOverlay } from './explain.ts';
import { FuseServer, PLACE, type ServedOverlay } from './fuse-server.ts';

export interface FuseContext {
  readonly idMaps: IdMaps | undefined;
  readonly log: Log;
  /** Called with the pid of fuse-overlayfs, which is to be killed when the container is deleted. */
  started(pid: number): void;
}

/**
 * What to do where the kernel refused.
 *
 * @returns undefined where fuse-overlayfs would not help or is not to be had
 */
export function fuseFallback(refused: ServedOverlay, context: FuseContext) {
  return (failure: Failure, tree: Call): readonly Step[] | RuntimeError | undefined => {
    if (!mayHelp(failure, refused)) return undefined;
    const program = findProgram();
    if (program === undefined || !mayUseFuse()) return undefined;
    const why = `${failure.call.name}: ${describeErrno(failure.errno)}`;
    context.log.warning(
      `the kernel does not mount the overlay root (${why}): fuse-overlayfs serves it, more slowly`,
      {
        hint: explainOverlay(failure, refused).details.hint,
      },
    );
    return serve(program, refused, context, tree);
  };
}

/** Refused as such, and not for what is wrong with the layers. */
function mayHelp(failure: Failure, refused: ServedOverlay): boolean {
  const { call: failed, errno } = failure;
  if (failed.name !== 'fsopen' && failed.name !== 'fsconfig') return false;
  if (errno === EPERM || errno === ENODEV) return true;
  return (
    errno === EINVAL &&
    !/ not a directory$|locked in a user|volatile/.test(explainOverlay(failure, refused).message)
  );
}

const PROGRAMS = ['/usr/bin/fuse-overlayfs', '/usr/local/bin/fuse-overlayfs', '/bin/fuse-overlayfs'];

function findProgram(): string | undefined {
  return PROGRAMS.find((path) => mayAccess(path, X_OK));
}

function mayUseFuse(): boolean {
  return mayAccess('/dev/fuse', R_OK | W_OK);
}

function serve(program: string, refused: ServedOverlay, context: FuseContext, tree: Call): readonly Step[] {
  const server = new FuseServer(program, refused, context.idMaps);
  const { pointer } = refused;
  const start = action('start fuse-overlayfs', pointer, server.description, ({ pid }) =>
    context.started(server.start(pid)),
  );
  // Whoever joins our namespaces has to be allowed to look at us; there is nobody else in them yet.
  const dumpable = (value: number) =>
    step('init', 'let fuse-overlayfs in', pointer, [prctl(PR_SET_DUMPABLE, value)]);
  const mount = cloneTree(AT_FDCWD, PLACE, { recursive: false });
  const calls = [
    mount,
    umountDetach(PLACE),
    call('dup3', mount, tree, O_CLOEXEC),
    statx(mount, ''),
    close(mount),
  ];
  const take = step('init', 'take over the mount of fuse-overlayfs', pointer, calls, {
    recover: (failure) => noAnswer(failure, pointer, server.said()),
  });
  return [dumpable(1), start, dumpable(0), take];
}

function noAnswer({ call: failed, errno }: Failure, pointer: string, said: string): RuntimeError {
  const because = said === '' ? `${failed.name}: ${describeErrno(errno)}` : said;
  return new RuntimeError('overlay', `cannot mount the overlay root: fuse-overlayfs: ${because}`, {
    pointer,
    call: failed.name,
    errno: errnoName(errno),
    hint: 'the kernel refused to mount it without (see the warning)',
  });
}
