#!/bin/bash
# customize.sh ROOT: a hook of mmdebstrap that makes a Debian the guest of the tests: a kernel, what starts quickly,
# and an agent as root and one as the user "tester", who has subordinate ids and a delegated cgroup.
set -euo pipefail
readonly root=$1
here=$(dirname "$0")

# The cloud kernel has ext4, NVMe and virtio built in, so there is no initial ramdisk. It is only unpacked.
kernel() {
	local package version
	package=$(APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-cache depends linux-image-cloud-amd64 |
		sed -n 's/.*Depends: \(linux-image-.*\)/\1/p' | head -n 1)
	(cd "$root/tmp" && APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get -qq -o APT::Sandbox::User=root download "$package")
	dpkg-deb --extract "$root"/tmp/linux-image-*.deb "$root"
	rm "$root"/tmp/linux-image-*.deb "$root"/boot/System.map-*
	version=$(basename "$root"/usr/lib/modules/*)
	# Unpacked here once, and not by a slow processor each time.
	find "$root/usr/lib/modules/$version" -name '*.ko.xz' -print0 | xargs -0 -r -P2 -n50 xz -d
	chroot "$root" depmod -a "$version"
}

system() {
	echo tsrun-guest >"$root/etc/hostname"
	echo '127.0.0.1 localhost tsrun-guest' >"$root/etc/hosts"
	echo 5f2a1c0de5f2a1c0de5f2a1c0de5f2a1 >"$root/etc/machine-id"
	echo 'LANG=C.UTF-8' >"$root/etc/locale.conf"
	echo '/dev/root / auto defaults 0 0' >"$root/etc/fstab"
	: >"$root/etc/resolv.conf"
	mkdir -p "$root"/etc/systemd/{system.conf.d,journald.conf.d}
	printf '[Journal]\nStorage=volatile\n' >"$root/etc/systemd/journald.conf.d/guest.conf"
	cat >"$root/etc/systemd/system.conf.d/guest.conf" <<-END
		[Manager]
		DefaultTimeoutStopSec=5s
		DefaultTimeoutStartSec=300s
		DefaultDeviceTimeoutSec=300s
	END
}

# Most of the time of a start goes into units that a guest without devices, terminals and network can do without.
# Without tmp.mount, /tmp is on a block device, whose input and output can be limited.
mask() {
	local unit
	for unit in tmp.mount apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer \
		e2scrub_reap.service fstrim.timer getty.target getty-static.service getty@tty1.service ldconfig.service \
		serial-getty@ttyS0.service systemd-ask-password-{console,wall}.path systemd-firstboot.service \
		systemd-hibernate-clear.service systemd-hwdb-update.service systemd-importd.socket \
		systemd-journal-catalog-update.service systemd-journal-flush.service systemd-machine-id-commit.service \
		systemd-network-generator.service systemd-networkd.{service,socket} systemd-pcr{extend,lock}.socket \
		systemd-pcr{machine,phase,phase-sysinit}.service systemd-pstore.service systemd-random-seed.service \
		systemd-sysext.socket systemd-sysusers.service systemd-tmpfiles-clean.timer \
		systemd-tpm2-setup{,-early}.service systemd-udev-trigger.service systemd-update-{done,utmp}.service; do
		ln -sf /dev/null "$root/etc/systemd/system/$unit"
	done
}

# The profiles of applications take long to compile. One is for test/limits: what it denies is denied by nothing else.
apparmor() {
	find "$root/etc/apparmor.d" -maxdepth 1 -type f ! -name README ! -name runc ! -name crun -delete
	cat >"$root/etc/apparmor.d/vmtest-deny" <<-END
		abi <abi/4.0>,
		include <tunables/global>
		profile vmtest-deny flags=(attach_disconnected,mediate_deleted) {
		  file,
		  capability,
		  signal,
		  network,
		  umount,
		  deny /etc/shadow-deny rwklx,
		}
	END
}

tester() {
	chroot "$root" useradd --create-home --uid 1000 --shell /bin/bash tester
	echo tester:100000:65536 >"$root/etc/subuid"
	echo tester:100000:65536 >"$root/etc/subgid"
	mkdir -p "$root/var/lib/systemd/linger" "$root/etc/systemd/system/user@.service.d"
	touch "$root/var/lib/systemd/linger/tester"
	cat >"$root/etc/systemd/system/user@.service.d/delegate.conf" <<-END
		[Service]
		Delegate=cpu cpuset io memory pids
	END
}

# agent_unit system|user NAME TARGET
agent_unit() {
	local units=$root/etc/systemd/$1
	mkdir -p "$units/$3.wants"
	cat >"$units/tsrun-agent.service" <<-END
		[Unit]
		Description=runs what the host asks for, as $2
		After=basic.target
		[Service]
		ExecStart=/usr/local/sbin/tsrun-agent $2
		Delegate=yes
		Environment=LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
		TasksMax=infinity
		OOMPolicy=continue
	END
	ln -s ../tsrun-agent.service "$units/$3.wants/tsrun-agent.service"
}

kernel
system
mask
apparmor
tester
install -m 755 "$here/agent.sh" "$root/usr/local/sbin/tsrun-agent"
mkdir "$root/tsrun"
agent_unit system root multi-user.target
agent_unit user user default.target
printf 'Environment=HOME=/root\nLimitNOFILE=1048576\n' >>"$root/etc/systemd/system/tsrun-agent.service"
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin
