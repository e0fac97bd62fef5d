#!/bin/sh
# other-debian.sh ROOT COMMAND...: executes a program of another Debian, which is in ROOT, on this host: with its
# devices, cgroups, sockets, settings of the engines, and with its tsrun.
set -e
root=$1
shift
[ -n "$OTHER_DEBIAN" ] || OTHER_DEBIAN=1 exec unshare --mount --propagation private -- "$0" "$root" "$@"
mount --bind "$root" "$root"
for directory in /proc /sys /dev /run /tmp /usr/local /usr/lib/cni /etc/docker /etc/containerd /etc/cni \
  /var/lib/docker /var/lib/containerd /var/lib/cni; do
  mkdir -p "$root$directory"
  mount --rbind "$directory" "$root$directory"
done
cd "$root"
mkdir -p mnt/old
pivot_root . mnt/old
exec chroot . sh -c 'umount --lazy /mnt/old && exec "$@"' sh "$@"
