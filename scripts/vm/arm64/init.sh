#!/bin/busybox sh
# The first process, twice. The file system that the kernel has unpacked itself cannot be left by pivot_root: all of it goes
# to another one, which becomes the root.
PATH=/bin

if [ ! -e /moved ]; then
    /bin/busybox mkdir /moved
    /bin/busybox mount -t tmpfs none /moved
    for name in bin init checks bundles overlay.ko etc; do /bin/busybox cp -a "/$name" /moved/; done
    /bin/busybox mkdir /moved/moved
    exec /bin/busybox switch_root /moved /init
fi

/bin/busybox --install -s /bin
mkdir -p /proc /sys /dev /run /tmp /home/user
mount -t proc none /proc
mount -t sysfs none /sys
mount -t devtmpfs none /dev
mkdir /dev/pts /dev/shm
mount -t devpts none /dev/pts
mount -t cgroup2 none /sys/fs/cgroup
insmod /overlay.ko
chmod 1777 /tmp
chown 1000:1000 /home/user

# What an ordinary user's session gets from systemd.
mkdir /sys/fs/cgroup/session
chown 1000:1000 /sys/fs/cgroup/session /sys/fs/cgroup/session/cgroup.procs /sys/fs/cgroup/session/cgroup.subtree_control

. /checks
poweroff -f
