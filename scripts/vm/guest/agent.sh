#!/bin/bash
# agent.sh NAME: runs, one after the other, the commands that the host sends to the port NAME.
#
# A request is a line: TOKEN SECONDS SCRIPT, the script in base64. What the script prints goes to the port NAME, its
# errors to NAME.err; on both a line TOKEN comes before it and a line TOKEN STATUS behind it. Instead of seconds
# "shell" runs the script on a terminal.
set -u
readonly name=$1

port() {
	local entry
	for entry in /sys/class/virtio-ports/*; do
		[ "$(cat "$entry/name" 2>/dev/null)" = "$1" ] && echo "/dev/${entry##*/}" && return
	done
}

# root's agent prepares the guest; the user's agent waits for that.
readonly ready=/run/tsrun-agent-ready
if [ "$name" = root ]; then
	modprobe virtio_blk
	mount -t ext4 /dev/vda /tsrun
	chown tester "$(port user)" "$(port user.err)"
	touch "$ready"
fi
until [ -e "$ready" ]; do sleep 0.1; done

exec 3<>"$(port "$name")" 4>"$(port "$name.err")" || exit 1
pipes=$(mktemp -d)
mkfifo "$pipes/out" "$pipes/err"
cd /tsrun

# What the script has left running may hold its streams for ever.
drain() {
	local turn
	for turn in {1..50}; do
		kill -0 "$1" 2>/dev/null || return
		sleep 0.1
	done
	kill "$1"
}

while true; do
	# Without a host at the other end this fails at once; a program that waits would take the guest's time.
	if ! read -r token seconds script <&3; then
		read -r -t 0.3 <>"$pipes/out"
		continue
	fi
	script=$(base64 -d <<<"$script")
	echo "$token" >&3
	echo "$token" >&4
	if [ "$seconds" = shell ]; then
		TERM=xterm script --quiet --return --command "$script" /dev/null <&3 >&3 2>&4 3>&- 4>&-
		status=$?
	else
		cat "$pipes/out" >&3 4>&- &
		out=$!
		cat "$pipes/err" >&4 3>&- &
		err=$!
		timeout --kill-after=5 "$seconds" bash -c "$script" </dev/null >"$pipes/out" 2>"$pipes/err" 3>&- 4>&-
		status=$?
		drain "$out"
		drain "$err"
	fi
	echo "$token $status" >&4
	echo "$token $status" >&3
done
