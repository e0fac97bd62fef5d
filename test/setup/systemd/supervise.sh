#!/bin/sh
# supervise.sh MODE UID GID HIERARCHY...
#
# systemd as PID 1 in namespaces of this kernel, with a new child of each of the hierarchies below its /sys/fs/cgroup:
# of version 2 alone (MODE unified), with a user manager for the user; or of all of version 1 (MODE legacy).
# Prints "PID NAME" when it is ready; NAME is that of its cgroups. Lives until its standard input ends, which it does
# with the process that started it, however that dies; then nothing of it is left.
set -u
here=$(dirname "$0")
mode=$1 uid=$2 gid=$3
shift 3
name=tsrun-systemd-$$

remove() {
  # What was killed is a member until it has gone through its exit.
  for _ in $(seq 100); do
    find "$1" -depth -type d -exec rmdir {} + 2>/dev/null
    [ -d "$1" ] || return
    sleep 0.02
  done
  echo "cannot remove the cgroup $1" >&2
}

finish() {
  kill -KILL "$unshare" 2>/dev/null
  wait
  for hierarchy; do remove "$hierarchy/$name"; done
}

for hierarchy; do
  # Left behind by a supervisor that was killed.
  for left in "$hierarchy"/tsrun-systemd-*; do
    [ -d "$left" ] && ! [ -d "/proc/${left##*-}" ] && remove "$left"
  done
  mkdir "$hierarchy/$name" || exit
  # Nobody can join a cpuset without processors.
  for file in cpuset.cpus cpuset.mems; do
    [ "$mode" = unified ] || ! [ -e "$hierarchy/$file" ] || cat "$hierarchy/$file" >"$hierarchy/$name/$file"
  done
done
for hierarchy; do echo "$hierarchy/$name"; done | sh "$here/boot.sh" "$mode" "$here" "$here/../../.." "$uid" "$gid" >&2 &
unshare=$!
trap 'finish "$@"' EXIT
trap exit TERM INT HUP

unified_is_ready() {
  user=$1/$name/user.slice/user-$uid.slice
  [ -d "$1/$name/system.slice/tests.service/commands" ] && [ -d "$user/session@$uid.service" ] &&
    [ -d "$user/user@$uid.service/app.slice/tests.service/commands" ]
}
# The one without controllers.
legacy_is_ready() {
  for hierarchy; do [ -d "$hierarchy/$name/system.slice/dbus.service" ] && return; done
  false
}
until "${mode}_is_ready" "$@"; do
  [ -d "/proc/$unshare" ] || exit 1
  sleep 0.02
done
read -r pid _ <"/proc/$unshare/task/$unshare/children"
echo "$pid $name"
# Until the end of the file.
while read -r _; do :; done
