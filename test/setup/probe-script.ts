/**
 * What a process can see of the container it is in, as a script for busybox' shell. Sections begin with `== name`;
 * the last one is `end`, so that a script that broke off is noticed. `$$` is the process that was executed.
 */

/** Paths that configurations mask or make read-only. */
const guarded = [
  ...['/proc/acpi', '/proc/asound', '/proc/kcore', '/proc/keys', '/proc/latency_stats', '/proc/timer_list'],
  ...['/proc/scsi', '/sys/firmware', '/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys'],
  ...[
    '/proc/sysrq-trigger',
    '/proc/sys/kernel/core_pattern',
    '/sys',
    '/sys/kernel',
    '/proc/self/oom_score_adj',
  ],
];

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: it is shell
const sections: Readonly<Record<string, string>> = {
  id: 'id',
  status: 'cat /proc/$$/status',
  limits: 'cat /proc/$$/limits',
  attributes:
    'for f in oom_score_adj personality timerslack_ns coredump_filter loginuid timens_offsets attr/current; ' +
    'do echo "$f $(cat /proc/$$/$f)"; done; stat -c "owner %u:%g" /proc/$$; ' +
    // Process group and session; parent, terminal and its foreground group, nice value, scheduling policy.
    'set -- $(cat /proc/$$/stat); [ $5 = $$ ] && [ $6 = $$ ] && echo "leads a session"; ' +
    '[ $4 = 0 ] && p=outside || p=$([ $4 = $ ] || echo visible); echo "parent $p terminal ${7} ${8} nice ${19} policy ${41}"; tty',
  namespaces:
    'for f in cgroup ipc mnt net pid pid_for_children time time_for_children user uts; ' +
    'do echo "$f $(readlink /proc/$$/ns/$f)"; done',
  idmaps: 'for f in uid_map gid_map setgroups; do echo "$f" $(cat /proc/$$/$f); done',
  // One of them is this listing.
  processes: '[ $ -lt 1000 ] && ls -d /proc/[0-9]* | wc -l',
  mounts: 'cat /proc/$$/mountinfo',
  cwd: 'readlink /proc/$$/cwd; echo "$OLDPWD"',
  environment: "tr '\\0' '\\n' </proc/$$/environ",
  // A descriptor of the shell's own, as `cat` would have it, is not the container's.
  descriptors:
    'for f in /proc/$$/fd/*; do n=${f##*/}; ' +
    'echo "$n $(readlink $f) $(grep -E "flags|pos" /proc/$$/fdinfo/$n | tr -d "\\n\\t")"; done',
  devices: 'for f in /dev /dev/* /dev/pts/*; do stat -c "%N %A %u:%g %t:%T" "$f"; done',
  'device access':
    'for f in null zero full random urandom tty; do (: <>/dev/$f) 2>/dev/null && echo "$f opens" || echo "$f refused"; done',
  directories: 'for f in / /* /var/* /tmp/* /usr/*; do stat -c "%N %A %u:%g" "$f"; done',
  writable:
    'for d in / /dev /dev/shm /tmp /etc /proc /sys; do (: >"$d/.written") 2>/dev/null && echo "$d" && rm "$d/.written"; done',
  guarded:
    `for f in ${guarded.join(' ')}; do [ -e $f ] || { echo "$f missing"; continue; }; ` +
    'e=; if [ -d $f ]; then k=directory; [ -z "$(ls -A $f 2>/dev/null)" ] && e=empty; ' +
    'else k=$(stat -c "%F %t:%T" $f); [ -z "$(head -c1 $f 2>/dev/null | tr "\\0" x)" ] && e=empty; fi; ' +
    '[ -r $f ] && r=readable || r=; [ -w $f ] && w=writable || w=; echo "$f" $k $e $r $w; done',
  cgroup: 'cat /proc/$$/cgroup',
  'cgroup tree':
    'for f in /sys/fs/cgroup /sys/fs/cgroup/*; do [ -w "$f" ] && w=writable || w=; [ -d "$f" ] && echo "$f" $w; done',
  names: 'hostname; cat /proc/sys/kernel/domainname',
  // Needs /proc/keys unmasked.
  keys: 'cat /proc/keys',
  network: 'ip -o link; ip -o addr',
};
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: it is shell

/** The sections that a variant is compared by; all of them unless named. */
export const probeSections: readonly string[] = Object.keys(sections);

/**
 * @param file where to write to, for a process without a standard output
 */
export function probeScript(file?: string): string {
  const output = file === undefined ? '2>&1' : `>>${file} 2>&1`;
  // In subshells: a section must not change what the next one sees.
  const all = Object.entries(sections).map(([name, script]) => `(echo "== ${name}"; ${script}) ${output}`);
  return [...all, `echo "== end" ${output}`].join('\n');
}
