/** Our standard streams, which the container's process inherits. */
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFMT } from '../kernel/constants/file.ts';
import { fstatSync } from '../kernel/file-system.ts';

export interface Stream {
  readonly fd: number;
  /** Its owner, as we see it. */
  readonly uid: number;
}

/** These are the machine's, or the terminal of our caller, and stay so. */
const KEPT: readonly number[] = [S_IFCHR, S_IFBLK, S_IFDIR];

/** Pipes, FIFOs, files and sockets: what may be given to the container's user. */
export function transferableStreams(): readonly Stream[] {
  return [0, 1, 2].flatMap((fd) => {
    const { mode, uid } = fstatSync(fd);
    return KEPT.includes(mode & S_IFMT) ? [] : [{ fd, uid }];
  });
}
