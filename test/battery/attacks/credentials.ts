/** Who the process is: capabilities, ids, sessions, keyrings. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Attack, must } from '../attack.ts';
import { onTerminal } from '../on-terminal.ts';
import { reason, type Target } from '../target.ts';

const inheritable = ['grep', 'CapInh', '/proc/self/status'];

/** What was once taken for root, or for another user than it says. */
const WRONG_USERS = [
  '1000x',
  '1:',
  ':',
  '1:1x',
  '4294967296',
  '4294967295',
  '-1',
  '0x10',
  ' 0',
  'root',
  '1e3',
  '٣',
];

const [KEYCTL, ADD_KEY] = process.arch === 'arm64' ? [219, 217] : [250, 248];

/**
 * Makes keyrings of the names that runtimes are known to use, which everybody may join, with a key in each that only
 * those see who have the keyring. keyctl(2): KEYCTL_JOIN_SESSION_KEYRING is 1, KEYCTL_SETPERM 5, the session -3.
 */
const PLANTER = `my $id = shift; for my $known ("_ses.$id", $id) { my $name = $known;
  my ($type, $what, $secret) = ("user", "planted", "secret");
  my $ring = syscall(${KEYCTL}, 1, $name);
  my $key = syscall(${ADD_KEY}, $type, $what, $secret, 6, -3);
  syscall(${KEYCTL}, 5, $key, 0x3f000000); syscall(${KEYCTL}, 5, $ring, 0x3f3f3f3f);
  fork or do { exit if fork; open STDIN, "</dev/null"; open STDOUT, ">/dev/null"; open STDERR, ">/dev/null"; sleep 20; exit }; wait }
  my $own = "elsewhere"; syscall(${KEYCTL}, 1, $own); exec @ARGV`;

async function sleeping(target: Target): Promise<string> {
  const bundle = target.bundle(({ process }) => {
    process.args = ['sleep', '600'];
  });
  return target.start(bundle);
}

export const credentials: readonly Attack[] = [
  {
    claim: 'run: no capability is inheritable unless the configuration says so',
    cve: 'CVE-2022-24769',
    needs: ['busybox'],
    run: async (target) => {
      const bundle = target.bundle(({ process }) => {
        process.args = inheritable;
      });
      const { stdout } = await target.run(bundle);
      must(/^CapInh:\s+0+\n$/.test(stdout), stdout);
      return 'none';
    },
  },
  {
    claim: 'exec --cap: the capability is not inheritable',
    cve: 'CVE-2022-29162, CVE-2022-27650',
    needs: ['busybox'],
    run: async (target) => {
      const { stdout } = await target.command([
        ...['exec', '--cap', 'CAP_KILL', await sleeping(target), ...inheritable],
      ]);
      must(/^CapInh:\s+0+\n$/.test(stdout), stdout);
      return 'none';
    },
  },
  {
    claim: 'spec: no inheritable capabilities are suggested',
    cve: 'CVE-2022-24769',
    run: async (target) => {
      const cwd = mkdtempSync(join(target.rig.path, 'spec-'));
      const { code, stderr } = await target.command(['spec'], { cwd });
      must(code === 0, stderr);
      const { process } = JSON.parse(readFileSync(join(cwd, 'config.json'), 'utf8'));
      must((process.capabilities.inheritable ?? []).length === 0, 'some are');
      return 'none';
    },
  },
  {
    claim: 'exec --user takes numbers only',
    cve: 'CVE-2016-3697, CVE-2026-30892',
    needs: ['busybox'],
    run: async (target) => {
      const id = await sleeping(target);
      let last = '';
      for (const user of WRONG_USERS) {
        const result = await target.command(['exec', '--user', user, id, 'id', '-u']);
        must(result.code !== 0, `"${user}" was taken for ${result.stdout.trim()}`);
        last = reason(result);
      }
      return last;
    },
  },
  {
    claim: 'exec has the no_new_privs of the configuration',
    needs: ['busybox'],
    run: async (target) => {
      const { stdout } = await target.command([
        ...['exec', await sleeping(target), 'grep', 'NoNewPrivs', '/proc/self/status'],
      ]);
      must(/NoNewPrivs:\s+1/.test(stdout), stdout);
      return 'set';
    },
  },
  {
    claim: 'groups cannot be dropped with a single id',
    cve: 'CVE-2014-8989',
    as: 'user',
    needs: ['busybox'],
    run: async (target) => {
      const bundle = target.bundle(({ process }) => {
        process.args = ['cat', '/proc/self/setgroups'];
      });
      const { stdout } = await target.run(bundle);
      must(stdout === 'deny\n', `setgroups: ${stdout}`);
      return 'setgroups: deny';
    },
  },
  {
    claim: "the process is in a session of its own, without the caller's terminal (TIOCSTI)",
    cve: 'CVE-2017-5226',
    needs: ['busybox', 'script'],
    run: async (target) => {
      const bundle = target.bundle(({ process }) => {
        process.args = ['sh', '-c', 'cut -d" " -f6,7 /proc/1/stat; (: </dev/tty) 2>/dev/null && echo OPENED'];
      });
      const { stdout } = await target.run(bundle, { through: onTerminal });
      must(/^1 0\r?\n$/.test(stdout.replace(/^\^@/, '')), `session and terminal: ${JSON.stringify(stdout)}`);
      return 'a session of its own';
    },
  },
  {
    claim: 'the file system of the cgroups of a host cannot be written to without a cgroup namespace',
    cve: 'CVE-2023-25809',
    as: 'user',
    needs: ['busybox'],
    run: async (target) => {
      const bundle = target.bundle(({ process, linux }) => {
        linux.namespaces = linux.namespaces.filter(({ type }: { type: string }) => type !== 'cgroup');
        process.args = [
          ...['sh', '-c'],
          'for d in /sys/fs/cgroup /sys/fs/cgroup/*; do (echo 0 >$d/cgroup.procs) 2>/dev/null && echo "$d"; mkdir $d/attack 2>/dev/null && rmdir $d/attack && echo "$d"; done; true',
        ];
      });
      const result = await target.run(bundle);
      must(!result.stdout.includes('/sys/fs/cgroup'), `written to: ${result.stdout}`);
      return result.code === 0 ? 'read-only' : reason(result);
    },
  },
  {
    claim:
      'a session keyring of the name that is known of old, made before with a key in it, is not that of the container',
    needs: ['busybox', 'perl'],
    run: async (target) => {
      const bundle = target.bundle(({ process, linux }) => {
        linux.maskedPaths = [];
        process.args = ['cat', '/proc/keys'];
      });
      const id = target.rig.id();
      const through = ['perl', '-e', PLANTER, id];
      const result = await target.command(['run', '--bundle', bundle.path, id], { through });
      must(result.code === 0, reason(result));
      must(!result.stdout.includes('planted'), result.stdout);
      return 'another keyring';
    },
  },
];
