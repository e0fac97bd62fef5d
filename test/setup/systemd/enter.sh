#!/bin/sh
# enter.sh PID CGROUP UID GID COMMAND...: executes a command beside that systemd, in one of its cgroups.
pid=$1 cgroup=$2 uid=$3 gid=$4
shift 4
echo $$ >"$cgroup/cgroup.procs" || exit
if [ "$uid" = 0 ]; then
  exec nsenter --target "$pid" --mount --uts --ipc --net --pid --cgroup -- "$@"
fi
exec nsenter --target "$pid" --mount --uts --ipc --net --pid --cgroup -- \
  setpriv --reuid "$uid" --regid "$gid" --clear-groups -- env HOME="/run/user/$uid" XDG_RUNTIME_DIR="/run/user/$uid" "$@"
