#!/bin/sh
# supervise.sh CGROUP2 UID GID
#
# systemd as PID 1 in namespaces of this kernel, with a new child of the version 2 hierarchy as its /sys/fs/cgroup,
# and a user manager for the user. Prints "PID CGROUP" when both are ready. Lives until its standard input ends,
# which it does with the process that started it, however that dies; then nothing of it is left.
set -u
here=$(dirname "$0")
hierarchy=$1 uid=$2 gid=$3
cgroup=$hierarchy/tsrun-systemd-$$

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
  echo 1 >"$cgroup/cgroup.kill" 2>/dev/null || kill -KILL "$unshare"
  wait
  remove "$cgroup"
}

# Left behind by a supervisor that was killed.
for left in "$hierarchy"/tsrun-systemd-*; do
  [ -d "$left" ] && ! [ -d "/proc/${left##*-}" ] && { echo 1 >"$left/cgroup.kill"; remove "$left"; }
done

mkdir "$cgroup" || exit
sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$cgroup" unshare --pid --mount --uts --ipc --net --cgroup --fork \
  --kill-child sh "$here/boot.sh" "$here" "$here/../../.." "$uid" "$gid" </dev/null >&2 &
unshare=$!
trap finish EXIT
trap exit TERM INT HUP

user=user.slice/user-$uid.slice
until [ -d "$cgroup/system.slice/tests.service/commands" ] && [ -d "$cgroup/$user/session@$uid.service" ] &&
  [ -d "$cgroup/$user/user@$uid.service/app.slice/tests.service/commands" ]; do
  [ -d "/proc/$unshare" ] || exit 1
  sleep 0.02
done
read -r pid _ <"/proc/$unshare/task/$unshare/children"
echo "$pid $cgroup"
# Until the end of the file.
while read -r _; do :; done
