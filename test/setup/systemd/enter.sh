#!/bin/sh
# enter.sh PID CGROUPS UID GID COMMAND...: executes a command beside that systemd, in its cgroups, separated by colons.
pid=$1 cgroups=$2 uid=$3 gid=$4
shift 4
IFS=:
for cgroup in $cgroups; do
  # Version 1 moves a thread at less cost than a process.
  if [ -e "$cgroup/tasks" ]; then members=tasks; else members=cgroup.procs; fi
  echo $$ >"$cgroup/$members" || exit
done
unset IFS
if [ "$uid" = 0 ]; then
  exec nsenter --target "$pid" --mount --uts --ipc --net --pid --cgroup -- "$@"
fi
exec nsenter --target "$pid" --mount --uts --ipc --net --pid --cgroup -- \
  setpriv --reuid "$uid" --regid "$gid" --clear-groups -- env HOME="/run/user/$uid" XDG_RUNTIME_DIR="/run/user/$uid" "$@"
