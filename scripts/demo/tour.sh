# The demo's tour, executed by sh inside the container. $1: a file to write.
say() { printf '\n\033[1m%s\033[0m\n' "$1"; }
say 'Who am I?'
echo "  $(id), on $(hostname 2>/dev/null || cat /proc/sys/kernel/hostname)"
echo '  and on the machine outside, my ids are (inside, outside, how many):'
sed 's/^/  /' /proc/self/uid_map
say 'Which processes are there?'
for status in /proc/[0-9]*/status; do
  sed -n 's/^Name:[[:space:]]*/  /p' "$status" 2>/dev/null
done
say 'Which mounts make up my root?'
while read -r what where type options _; do
  case $type in
    overlay) echo "  $where: overlay over ${options##*lowerdir=}" | cut -d, -f1 ;;
    tmpfs) echo "  $where: tmpfs, in memory" ;;
  esac
done </proc/mounts
say 'Can I write?'
for place in "$1" /usr/bin/tsrun-demo-tool /etc/tsrun-demo.conf; do
  if echo 'written in a container' 2>/dev/null >"$place"; then
    echo "  $place: yes"
  else
    echo "  $place: no: it belongs to the machine's root, an id that this container does not have"
  fi
done
rm -f /usr/bin/tsrun-demo-tool
