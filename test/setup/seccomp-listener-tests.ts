/** SCMP_ACT_NOTIFY: the listener comes to the agent, whatever the filter forbids. */
import { describe, expect, type TestContext, test } from 'vitest';
import type { Seccomp } from '../../src/spec/types.ts';
import { need } from './needs.ts';
import { makeRig } from './rig.ts';
import { startAgent } from './seccomp/agent.ts';

const EBADFD = 77;
const GO_ON = 0;

/** Even what the process would need to tell of its listener, and to execute its program. */
const EVERYTHING = ['mkdir', 'mkdirat', 'execve', 'sendto', 'sendmsg', 'close', 'capset', 'fcntl', 'write'];

function asking(listenerPath: string, ...names: string[]): Seccomp {
  return {
    defaultAction: 'SCMP_ACT_ALLOW',
    listenerPath,
    listenerMetadata: 'of the agent',
    flags: ['SECCOMP_FILTER_FLAG_TSYNC', 'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV'],
    syscalls: [{ names, action: 'SCMP_ACT_NOTIFY' }],
  };
}

function needed(context: TestContext): void {
  need(context, 'gcc', 'libseccomp');
}

export function testListener(): void {
  describe('an agent', () => {
    for (const noNewPrivileges of [true, false]) {
      test(`answers instead of the kernel, with noNewPrivileges ${noNewPrivileges}`, async (context) => {
        needed(context);
        await using rig = makeRig();
        await using agent = await startAgent(rig.path, EBADFD);
        const bundle = rig.bundle({
          config: ({ process, linux }) => {
            process.noNewPrivileges = noNewPrivileges;
            process.args = ['sh', '-c', 'mkdir /made; grep ^Seccomp: /proc/self/status; echo $$'];
            linux.seccomp = asking(agent.socket, 'mkdir', 'mkdirat', 'sendto', 'sendmsg');
          },
        });
        const id = rig.id();
        const { stdout, stderr } = await rig.tsrun(['run', '--bundle', bundle.path, id]);
        expect(stderr).toBe("mkdir: can't create directory '/made': File descriptor in bad state\n");
        expect(stdout).toBe('Seccomp:\t2\n1\n');
        const [told] = agent.states();
        expect(told).toMatchObject({
          fds: ['seccompFd'],
          metadata: 'of the agent',
          state: { id, status: 'created', bundle: bundle.path, pid: told?.pid },
        });
      });
    }

    test('is told of a started container and of each process in it, though it must let all they do happen', async (context) => {
      needed(context);
      await using rig = makeRig();
      await using agent = await startAgent(rig.path, GO_ON);
      const bundle = rig.bundle({
        config: ({ process, linux }) => {
          process.args = ['sleep', '600'];
          linux.seccomp = asking(agent.socket, ...EVERYTHING);
        },
      });
      const id = rig.id();
      const silent = { through: ['sh', '-c', 'exec "$@" <&- >/dev/null 2>&1', 'sh'] };
      await rig.tsrun(['create', '--bundle', bundle.path, id], silent);
      expect(agent.states()).toEqual([]);
      expect(await rig.tsrun(['start', id])).toMatchObject({ code: 0, stderr: '' });
      const made = await rig.tsrun(['exec', id, 'sh', '-c', 'mkdir /dev/shm/made && ls /dev/shm']);
      expect(made).toMatchObject({ code: 0, stdout: 'made\n', stderr: '' });
      const [first, second] = agent.states();
      expect([first?.state.status, second?.state.status]).toEqual(['created', 'running']);
      expect(second?.state.pid).toBe(first?.pid);
      expect(second?.pid).not.toBe(first?.pid);
    });

    test('that is not there stops create and run before anything is done', async (context) => {
      needed(context);
      await using rig = makeRig();
      const bundle = rig.bundle({
        config: ({ linux }) => {
          linux.seccomp = asking(`${rig.path}/nobody.sock`, 'mkdir');
        },
      });
      for (const command of ['create', 'run']) {
        const { code, stderr } = await rig.tsrun([command, '--bundle', bundle.path, rig.id()]);
        expect(code).toBe(1);
        expect(stderr).toContain(`failed to connect with seccomp agent at "${rig.path}/nobody.sock"`);
        expect(stderr).toContain('(/linux/seccomp/listenerPath)');
        expect(stderr).toContain('hint: start the agent first');
      }
      expect((await rig.tsrun(['list', '--quiet'])).stdout).toBe('');
    });
  });
}
