#!/bin/bash
# Runs a command as the first process of namespaces and cgroups of its own, so that nothing of it stays behind:
# its processes end with it, its mounts go with the namespace, its cgroups are removed.
#
#   isolated.sh CGROUP LAYOUT SECONDS USER-GROUP COMMAND…
#
# CGROUP       name of the cgroup that the command sees as the root
# LAYOUT       hybrid: hierarchies of cgroup version 1 and 2, as here; legacy: those of version 1 only
# SECONDS      after which the command is ended, status 124
# USER-GROUP   UID:GID that gets a delegated cgroup as tests/rootless.sh of runc makes it; 0:0: none
set -euo pipefail

export CGROUP=$1 LAYOUT=$2 USER_GROUP=$4
readonly limit=$3 cgroups=/sys/fs/cgroup
shift 4

hierarchies() {
	find "$cgroups" -mindepth 1 -maxdepth 1 -type d -printf '%f\n'
}
HIERARCHIES=$(hierarchies)
export HIERARCHIES

remove_cgroups() {
	local name path
	# What is frozen cannot end.
	find "$cgroups/freezer/$CGROUP" -depth -name freezer.state -exec sh -c 'echo THAWED >"$0"' {} \; 2>/dev/null
	for name in $HIERARCHIES; do
		path=$cgroups/$name/$CGROUP
		[ -d "$path" ] || continue
		# What is removed gives its real-time share back much later.
		find "$path" -depth -name cpu.rt_runtime_us -exec sh -c 'echo 0 >"$0"' {} \; 2>/dev/null || true
		# The last processes may be on their way out.
		for _ in 1 2 3 4 5 6 7 8 9 10; do
			find "$path" -depth -type d -exec rmdir {} \; 2>/dev/null && break
			sleep 0.1
		done
	done
}
child=
clean_up() {
	[ -z "$child" ] || kill "$child" 2>/dev/null || true
	wait || true
	remove_cgroups
}
trap clean_up EXIT
trap 'exit 143' HUP INT TERM

for name in $HIERARCHIES; do
	mkdir "$cgroups/$name/$CGROUP"
done
for file in cpus mems; do
	cat "$cgroups/cpuset/cpuset.$file" >"$cgroups/cpuset/$CGROUP/cpuset.$file"
done
# New groups have no real-time share, and the last run may not have given its share back yet.
for _ in {1..50}; do
	{ echo 800000 >"$cgroups/cpu/$CGROUP/cpu.rt_runtime_us"; } 2>/dev/null && break
	sleep 0.1
done

inside() {
	set -euo pipefail
	mount -t proc proc /proc
	cgroup_mounts
	own_devices
	[ "$USER_GROUP" = 0:0 ] || delegate "${USER_GROUP#*:}"
	# script(1) wants a standard input that neither ends nor belongs to a child of its own.
	{ sleep infinity & } | "$@"
}

cgroup_mounts() {
	local name
	mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
	for name in $HIERARCHIES; do
		[ "$name.$LAYOUT" != unified.legacy ] || continue
		mkdir "/sys/fs/cgroup/$name"
		case $name in
		unified) mount -t cgroup2 cgroup2 "/sys/fs/cgroup/$name" ;;
		systemd) mount -t cgroup -o none,name=systemd cgroup "/sys/fs/cgroup/$name" ;;
		*) mount -t cgroup -o "$name" cgroup "/sys/fs/cgroup/$name" ;;
		esac
	done
	# The suite makes directories for every controller that the kernel has, mounted or not.
	for name in $(awk '!/^#/ { print $1 }' /proc/cgroups); do
		mkdir -p "/sys/fs/cgroup/$name"
	done
}

# Some runtimes give the host's /dev/null to the container's user.
own_devices() {
	local devices name
	devices=$(mktemp -d)
	mount -t tmpfs -o mode=755 tmpfs "$devices"
	for name in null:3 zero:5 full:7 random:8 urandom:9; do
		mknod -m 666 "$devices/${name%:*}" c 1 "${name#*:}"
		mount --bind "$devices/${name%:*}" "/dev/${name%:*}"
	done
	umount -l "$devices"
	rmdir "$devices"
}

delegate() {
	local name path
	for name in $(cd /sys/fs/cgroup && ls); do
		# As in runc's script: where there is version 1, version 2 is nobody's to delegate.
		[ "$name" != unified ] || continue
		path=/sys/fs/cgroup/$name/runc-cgroups-integration-test
		mkdir "$path"
		# Not every hierarchy has all of these files.
		chown "0:$1" "$path" "$path"/{cgroup.procs,tasks} 2>/dev/null || true
		chmod g+rwx "$path" "$path"/{cgroup.procs,tasks} 2>/dev/null || true
		chown "$USER_GROUP" "$path"/cpuset.{cpus,mems} "$path"/cpu.rt_{period,runtime}_us 2>/dev/null || true
	done
}

export -f inside cgroup_mounts own_devices delegate
(
	for name in $HIERARCHIES; do
		echo "$BASHPID" >"$cgroups/$name/$CGROUP/cgroup.procs"
	done
	exec timeout --kill-after=5 "$limit" unshare --mount --cgroup --pid --fork --kill-child \
		--propagation private -- bash -c 'inside "$@"' bash "$@"
) &
child=$!
wait "$child"
