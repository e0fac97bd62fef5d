#!/bin/sh
# boot.sh MODE UNITS CLONE UID GID: enters the cgroups that it reads, one a line, and new namespaces, whose first
# process becomes systemd.
set -eu
if [ $$ != 1 ]; then
  while read -r cgroup; do echo $$ >"$cgroup/cgroup.procs"; done
  exec unshare --pid --mount --uts --ipc --net --cgroup --fork --kill-child sh "$0" "$@" </dev/null
fi
mode=$1 units=$2 clone=$3 uid=$4 gid=$5
mount --make-rprivate /
mount -t proc proc /proc
if [ "$mode" = unified ]; then
  umount -l /sys/fs/cgroup
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
else
  hierarchies=$(sed -n 's/^[0-9]*:\([^:]\{1,\}\):.*/\1/p' /proc/self/cgroup)
  umount -l /sys/fs/cgroup
  mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
  for names in $hierarchies; do
    place=/sys/fs/cgroup/${names#name=}
    mkdir "$place"
    case $names in name=*) options=none,$names ;; *) options=$names ;; esac
    mount -t cgroup -o "$options" cgroup "$place"
  done
fi
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/lock /run/dbus /run/user /run/systemd
# Only these units, and none of the machine's own.
cp -R "$units/system" "$units/user" /run/systemd/
ln -s /lib/systemd/system/dbus.socket /lib/systemd/system/dbus.service /run/systemd/system/
ln -s /usr/lib/systemd/user/dbus.socket /usr/lib/systemd/user/dbus.service /run/systemd/user/
if [ "$mode" = unified ]; then
  mkdir /run/systemd/system/tests.target.wants
  ln -s "../user@.service" "/run/systemd/system/tests.target.wants/user@$uid.service"
  ln -s "../session@.service" "/run/systemd/system/tests.target.wants/session@$uid.service"
  install -d -m 700 -o "$uid" -g "$gid" "/run/user/$uid"
else
  # Where the commands are, is the root of each hierarchy.
  rm /run/systemd/system/tests.service
fi
# The clone may be where the user cannot go.
mkdir /run/clone
mount --bind "$clone" /run/clone
exec env -i container=tsrun-tests PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  SYSTEMD_UNIT_PATH=/run/systemd/system.control:/run/systemd/transient:/run/systemd/system \
  /lib/systemd/systemd --system --unit=tests.target --show-status=0 --log-target=null
