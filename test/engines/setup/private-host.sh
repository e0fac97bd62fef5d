#!/bin/sh
# Makes a private host out of this process (test/engines/setup/private-host.ts says what for). Called twice:
#   private-host.sh join HOST     joins the host's cgroups, and calls itself in new namespaces
#   private-host.sh become HOST   mounts what the host has for itself, says "ready", and reaps until it is killed
# In namespaces that are there (test/engines/setup/systemd-engine-host.ts):
#   private-host.sh furnish HOST  mounts what the host has for itself, but for /run
# HOST is a directory with the files `cgroups` (lines: mount point, type, options, own directory), `users` (lines: uid,
# gid, name) and `program` (the directory of the program under test, its path in it).
set -e
stage=$1 host=$2

join() {
  while read -r _ _ _ own; do
    echo $$ >"$own/cgroup.procs"
  done <"$host/cgroups"
  exec unshare --mount --net --pid --uts --ipc --cgroup --fork --kill-child -- "$0" become "$host"
}

private() {
  mkdir -p "$1"
  mount -t tmpfs -o "mode=$2" tmpfs "$1"
}

# A directory that begins with what the machine has there.
private_copy() {
  mkdir -p "$1"
  copy=$(mktemp -d -p /run)
  cp -a "$1/." "$copy"
  private "$1" 0755
  cp -a "$copy/." "$1"
  rm -rf "$copy"
}

become() {
  # As systemd leaves it; rootless podman says so where it is not.
  mount --make-rshared /
  mount -t proc proc /proc
  umount --recursive --lazy /sys
  mount -t sysfs sysfs /sys
  grep -q '^/sys/fs/cgroup ' "$host/cgroups" || mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
  while read -r point type options _; do
    mkdir -p "$point"
    mount -t "$type" -o "$options" "$type" "$point"
  done <"$host/cgroups"
  ip link set lo up

  hold_program
  private /run 0755
  fill
  echo ready
  exec catatonit -P
}

furnish() {
  hold_program
  fill
}

# Before anything hides it.
hold_program() {
  { read -r directory && read -r path; } <"$host/program"
  mkdir "$host/installed"
  mount --bind "$directory" "$host/installed"
}

fill() {
  mkdir -p /run/lock /run/user /run/home
  private /dev/shm 1777
  private /var/tmp 1777
  for directory in /var/lib/containers /var/lib/cni /var/lib/docker /var/lib/containerd /var/lib/docker-registry /home; do
    private "$directory" 0755
  done
  for directory in /etc/containers /etc/cni /etc/docker /etc/containerd; do
    private_copy "$directory"
  done
  # As udev makes them; here they may be for root alone.
  device tun 10 200 /dev/net/tun
  device fuse 10 229 /dev/fuse

  private /usr/local 0755
  mkdir -p /usr/local/bin /usr/local/lib/tsrun
  mount --bind "$host/installed" /usr/local/lib/tsrun
  ln -s "/usr/local/lib/tsrun/$path" /usr/local/bin/tsrun

  while read -r uid gid name; do
    install -d -m 0700 -o "$uid" -g "$gid" "/home/$name" "/run/user/$uid"
  done <"$host/users"
}

device() {
  [ -e "$4" ] || return 0
  mknod -m 0666 "/run/$1" c "$2" "$3"
  mount --bind "/run/$1" "$4"
}

"$stage"
