/**
 * A directory as the root of namespaces of its own, by hand: pivoted, so that containers may pivot theirs, with this
 * machine's kernel below `/sys`. Needs root.
 */
import { execute, type Result } from './execute.ts';

const ENTER = `set -e
mount --make-rprivate /
mount --bind "$1" "$1"
cd "$1"
mkdir -p proc sys dev mnt
mount -t proc proc proc
mount --rbind /sys sys
mount --rbind /dev dev
pivot_root . mnt
exec chroot . /bin/sh -c 'umount -l /mnt; cd /; exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin sh -c "$1"' sh "$2"`;

/** Runs a shell script as root in there, with no environment but a PATH. */
export function runIsolated(root: string, script: string): Promise<Result> {
  const namespaces = ['--mount', '--pid', '--fork', '--kill-child'];
  return execute('unshare', [...namespaces, 'sh', '-c', ENTER, 'sh', root, script], { timeout: 240_000 });
}
