/** What a container's processes try on those that the runtime starts beside them. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findCommand } from '../../setup/needs.ts';
import { type Attack, must } from '../attack.ts';
import type { Target } from '../target.ts';

const ROUNDS = 12;

/** The container's first process looks at every process that it sees, again and again. */
function watching(target: Target, loop: string, capabilities: readonly string[]) {
  return target.bundle(({ process }) => {
    const all = ['CAP_DAC_OVERRIDE', 'CAP_DAC_READ_SEARCH', ...capabilities];
    process.capabilities = { bounding: all, permitted: all, effective: all };
    process.args = ['sh', '-c', `echo started >/found; while :; do ${loop}; done >>/found 2>/dev/null`];
  });
}

async function found(target: Target, bundle: ReturnType<typeof watching>, commands: readonly string[][]) {
  const id = await target.start(bundle);
  const file = join(bundle.rootfs, 'found');
  for (let tries = 0; tries < 100 && !existsSync(file); tries++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  for (let round = 0; round < ROUNDS; round++)
    for (const command of commands) await target.command(['exec', id, ...command]);
  await target.command(['kill', id, 'KILL']);
  return [...new Set(readFileSync(file, 'utf8').trimEnd().split('\n'))].filter((line) => line !== 'started');
}

/** Of the runtime, and of the Node that it may run on. */
function hashes({ program, kind }: Target): string[] {
  const path = realpathSync(kind === 'crun' ? (findCommand('crun') ?? '') : (program[0] as string));
  const engines = [join(dirname(dirname(path)), 'engine/node')];
  return [path, ...engines]
    .filter((file) => existsSync(file))
    .map((file) => createHash('sha1').update(readFileSync(file)).digest('hex'));
}

/** Attaches to every process that it does not know, says what that executes, and lets it go by ending itself. */
const TRACER = `my %seen; while (1) { for my $p (glob "/proc/[0-9]*") { my ($n) = $p =~ /(\\d+)/;
  next if $seen{$n}++ || $n == $$;
  if (my $child = fork) { waitpid $child, 0; next }
  if (syscall(NUMBER, 0x4206, $n, 0, 0) == 0) { my $exe = readlink "$p/exe";
    syswrite STDOUT, (defined $exe ? $exe : $!{EACCES} ? "hidden" : "/bin/ended") . "\\n" } exit } }`;

export const processes: readonly Attack[] = [
  {
    claim: "the runtime's program cannot be opened for writing as /proc/PID/exe during exec",
    cve: 'CVE-2019-5736',
    needs: ['busybox'],
    run: async (target) => {
      const before = hashes(target);
      // Only opened: nothing is written.
      const loop = 'for f in /proc/[0-9]*/exe; do (: >>$f) && readlink $f; done';
      const bundle = watching(target, loop, ['CAP_SYS_PTRACE']);
      const opened = await found(target, bundle, [['true'], ['/proc/self/exe', 'true']]);
      must(hashes(target).join() === before.join(), "the runtime's program was changed");
      must(
        opened.every((line) => line.includes('memfd:')),
        `opened: ${opened.join(', ')}`,
      );
      return opened.length === 0 ? 'never opened' : 'a copy in memory';
    },
  },
  {
    claim: 'nor is it what #!/proc/self/exe in the image executes',
    cve: 'CVE-2019-5736',
    needs: ['busybox'],
    run: async (target) => {
      const before = hashes(target);
      const outputs: string[] = [];
      for (const args of [
        ['/script', '--version'],
        ['/proc/self/exe', '--version'],
      ]) {
        const bundle = target.bundle(({ process }) => {
          process.args = args;
        });
        writeFileSync(join(bundle.rootfs, 'script'), '#!/proc/self/exe\n', { mode: 0o755 });
        const { stdout } = await target.run(bundle);
        outputs.push(stdout);
      }
      must(hashes(target).join() === before.join(), "the runtime's program was changed");
      const own = outputs.some((text) => /(runc|crun|tsrun) version/.test(text));
      return own ? 'a copy in memory' : 'nothing of it';
    },
  },
  {
    claim: 'what exec starts has no descriptor of the host open, not even for a moment',
    cve: 'CVE-2016-9962',
    needs: ['busybox'],
    run: async (target) => {
      const loop =
        'for l in /proc/[0-9]*/fd/*; do t=$(readlink $l) && case $t in /found|/dev/*|pipe:*|socket:*|anon_inode:*|/proc/[0-9]*|/) ;; *) echo "$t";; esac; done';
      const seen = await found(target, watching(target, loop, ['CAP_SYS_PTRACE']), [['true']]);
      const foreign = seen.filter((line) => !line.startsWith(target.rig.path) && !line.includes('memfd:'));
      must(foreign.length === 0, `seen: ${foreign.join(', ')}`);
      return 'none';
    },
  },
  {
    claim: 'what exec starts cannot be traced before it is the program, without CAP_SYS_PTRACE',
    cve: 'CVE-2016-9962',
    needs: ['busybox', 'perl'],
    run: async (target) => {
      const number = process.arch === 'arm64' ? '117' : '101';
      const bundle = target.bundle(({ process, mounts }) => {
        process.args = ['sh', '-c', 'echo started >/found; exec perl -e "$CODE" >>/found'];
        process.env.push(
          `CODE=${TRACER.replaceAll('NUMBER', number)}`,
          'LD_LIBRARY_PATH=/lib/x86_64-linux-gnu',
        );
        for (const path of ['/usr', '/lib', '/lib64'])
          if (existsSync(path))
            mounts.push({ destination: path, type: 'bind', source: path, options: ['rbind', 'ro'] });
      });
      const traced = await found(target, bundle, [['true'], ['busybox', 'true']]);
      const early = traced.filter((line) => !line.startsWith('/bin/') && !line.startsWith('/usr/bin/'));
      must(early.length === 0, `traced while it executed "${early[0]}"`);
      return 'not before';
    },
  },
];
