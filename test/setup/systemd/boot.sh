#!/bin/sh
# boot.sh UNITS CLONE UID GID: the first process of the new namespaces becomes systemd.
set -eu
units=$1 clone=$2 uid=$3 gid=$4
mount --make-rprivate /
mount -t proc proc /proc
umount -l /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/lock /run/dbus /run/user /run/systemd
# Only these units, and none of the machine's own.
cp -R "$units/system" "$units/user" /run/systemd/
ln -s /lib/systemd/system/dbus.socket /lib/systemd/system/dbus.service /run/systemd/system/
ln -s /usr/lib/systemd/user/dbus.socket /usr/lib/systemd/user/dbus.service /run/systemd/user/
mkdir /run/systemd/system/tests.target.wants
ln -s ../user@.service "/run/systemd/system/tests.target.wants/user@$uid.service"
ln -s ../session@.service "/run/systemd/system/tests.target.wants/session@$uid.service"
# The clone may be where the user cannot go.
mkdir /run/clone
mount --bind "$clone" /run/clone
install -d -m 700 -o "$uid" -g "$gid" "/run/user/$uid"
exec env -i container=tsrun-tests PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  SYSTEMD_UNIT_PATH=/run/systemd/system.control:/run/systemd/transient:/run/systemd/system \
  /lib/systemd/systemd --system --unit=tests.target --show-status=0 --log-target=null
