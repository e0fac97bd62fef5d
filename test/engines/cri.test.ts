/** containerd's CRI plugin with tsrun, called as a kubelet calls it. */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, type TestContext, test } from 'vitest';
import { limitsHere } from '../setup/limits-here.ts';
import { patience } from '../setup/patience.ts';
import {
  type ContainerdHost,
  makeContainerdHost,
  needContainerd,
  sharedContainerd,
} from './setup/containerd.ts';
import { documentedPod, type Kubelet, makeKubelet, type Sandbox } from './setup/cri/kubelet.ts';
import { documented } from './setup/documented.ts';

const shared = sharedContainerd();
const polling = { timeout: patience(60_000) };
let node: Promise<Kubelet> | undefined;

async function theNode(context: TestContext): Promise<Kubelet & { readonly host: ContainerdHost }> {
  const host = await shared(context);
  node ??= makeKubelet(host);
  return { ...(await node), host };
}

afterAll(async () => (await node)?.[Symbol.dispose]());

async function exec({ cri }: Kubelet, container_id: string, ...cmd: readonly string[]) {
  const { stdout, stderr, exit_code } = await cri.call('ExecSync', { container_id, cmd });
  return { stdout: stdout.toString(), stderr: stderr.toString(), code: exit_code };
}

async function remove({ cri }: Kubelet, { id }: Sandbox): Promise<void> {
  await cri.call('StopPodSandbox', { pod_sandbox_id: id });
  await cri.call('RemovePodSandbox', { pod_sandbox_id: id });
}

describe('a pod', () => {
  test('of docs/engines.md says hello', async (context) => {
    const node = await theNode(context);
    const { runtimeClass, ...container } = documentedPod();
    expect(documented('RuntimeClass')).toContain(`name: ${runtimeClass}\n`);
    const pod = await node.runPod('documented');
    const container_id = await pod.create('hello', container);
    await node.cri.call('StartContainer', { container_id });
    const log = node.host.file('/var/tmp/documented/hello.log');
    await expect.poll(() => readFileSync(log, 'utf8'), polling).toMatch(/ stdout F hello\n$/);
    await remove(node, pod);
  });

  test('has a network, runs containers, answers exec, and is stopped and removed', async (context) => {
    const node = await theNode(context);
    const { cri, host } = node;
    const pod = await node.runPod('hello', { sysctls: { 'net.ipv4.ip_unprivileged_port_start': '80' } });
    const { status } = await cri.call('PodSandboxStatus', { pod_sandbox_id: pod.id });
    expect(status).toMatchObject({ state: 'SANDBOX_READY', runtime_handler: 'tsrun' });
    expect(status.network?.ip).toMatch(/^10\.88\.0\.\d+$/);

    const serve = 'mkdir /tmp/w; echo served > /tmp/w/index.html; echo ready; exec httpd -f -p 80 -h /tmp/w';
    const server = await pod.create('server', {
      command: ['sh', '-c', serve],
      envs: [{ key: 'A', value: 'b' }],
      linux: {
        security_context: {
          run_as_user: { value: 1000 },
          no_new_privs: true,
          seccomp: { profile_type: 'RuntimeDefault' },
        },
      },
    });
    const state = async () => (await cri.call('ContainerStatus', { container_id: server })).status.state;
    expect(await state()).toBe('CONTAINER_CREATED');
    await cri.call('StartContainer', { container_id: server });
    expect(await state()).toBe('CONTAINER_RUNNING');

    const client = await pod.create('client', { command: ['sleep', '1000'] });
    await cri.call('StartContainer', { container_id: client });
    const fetch = () => exec(node, client, 'wget', '-q', '-O', '-', 'http://127.0.0.1/');
    await expect.poll(fetch, polling).toMatchObject({ code: 0, stdout: 'served\n' });
    const fromNode = await host.run(['busybox', 'wget', '-q', '-O', '-', `http://${status.network?.ip}/`]);
    expect(fromNode.stdout).toBe('served\n');
    expect(readFileSync(host.file('/var/tmp/hello/server.log'), 'utf8')).toMatch(/ stdout F ready\n/);

    const show =
      "id -u; hostname; echo $A; awk '/^(NoNewPrivs|Seccomp):/ {print $2}' /proc/self/status; echo wrong >&2; exit 7";
    expect(await exec(node, server, 'sh', '-c', show)).toEqual({
      code: 7,
      stdout: '1000\nhello\nb\n1\n2\n',
      stderr: 'wrong\n',
    });

    await cri.call('StopContainer', { container_id: client, timeout: 0 });
    expect((await cri.call('ContainerStatus', { container_id: client })).status).toMatchObject({
      state: 'CONTAINER_EXITED',
      exit_code: 137,
    });
    await cri.call('RemoveContainer', { container_id: client });
    await remove(node, pod);
    await expect(cri.call('ContainerStatus', { container_id: server })).rejects.toThrow('not found');
  });

  test('whose containers share their processes has them ended one by one, each with its own', async (context) => {
    const node = await theNode(context);
    const { cri } = node;
    const pod = await node.runPod('shared', { security_context: { namespace_options: { pid: 'POD' } } });
    const start = async (name: string, seconds: number) => {
      const command = ['sh', '-c', `sleep ${seconds} & exec sleep ${seconds}`];
      const container_id = await pod.create(name, { command });
      await cri.call('StartContainer', { container_id });
      return container_id;
    };
    const [first, second] = [await start('first', 1001), await start('second', 1002)];
    const sleepers = async () => {
      const { stdout } = await exec(node, second, 'sh', '-c', 'cat /proc/[0-9]*/cmdline');
      return stdout
        .match(/\b100[12]\b/g)
        ?.sort()
        .join(' ');
    };
    await expect.poll(sleepers, polling).toBe('1001 1001 1002 1002');
    await cri.call('StopContainer', { container_id: first, timeout: 0 });
    await expect.poll(sleepers, polling).toBe('1002 1002');
    const { status } = await cri.call('ContainerStatus', { container_id: first });
    expect(status).toMatchObject({ state: 'CONTAINER_EXITED', exit_code: 137 });
    await remove(node, pod);
  });

  test("on the node's own network and with its processes sees them", async (context) => {
    const node = await theNode(context);
    const namespace_options = { network: 'NODE', pid: 'NODE' } as const;
    const pod = await node.runPod('on-node', { security_context: { namespace_options } });
    const container_id = await pod.create('sees', {
      command: ['sleep', '1000'],
    });
    await node.cri.call('StartContainer', { container_id });
    const { stdout } = await exec(
      node,
      container_id,
      'sh',
      '-c',
      'cat /proc/1/comm; ls /sys/class/net | grep pods0',
    );
    expect(stdout).toBe('catatonit\npods0\n');
    await remove(node, pod);
  });
});

describe('a container', () => {
  test('has the limits that it asks for, has them changed, and is told as OOMKilled', async (context) => {
    const { memory, cpu } = limitsHere();
    context.skip(!(memory && cpu), 'needs the controllers memory and cpu');
    const node = await theNode(context);
    const { cri } = node;
    const pod = await node.runPod('limited');
    const resources = {
      memory_limit_in_bytes: 64 << 20,
      cpu_period: 100_000,
      cpu_quota: 50_000,
      oom_score_adj: 500,
    };
    const eat = 'while ! [ -e /go ]; do sleep 0.05; done; exec tail /dev/zero';
    const container_id = await pod.create('limited', { command: ['sh', '-c', eat], linux: { resources } });
    await cri.call('StartContainer', { container_id });
    const show = `cd /sys/fs/cgroup
      cat memory/memory.limit_in_bytes cpu/cpu.cfs_quota_us 2>/dev/null || { cat memory.max; cut -d ' ' -f 1 cpu.max; }
      cat /proc/1/oom_score_adj`;
    expect((await exec(node, container_id, 'sh', '-c', show)).stdout).toBe('67108864\n50000\n500\n');
    const linux = { memory_limit_in_bytes: 32 << 20, cpu_period: 100_000, cpu_quota: 100_000 };
    await cri.call('UpdateContainerResources', { container_id, linux });
    expect((await exec(node, container_id, 'sh', '-c', show)).stdout).toBe('33554432\n100000\n500\n');
    const { stats } = await cri.call('ContainerStats', { container_id });
    expect(stats.memory.working_set_bytes.value).toBeGreaterThan(0);

    await exec(node, container_id, 'touch', '/go');
    const status = async () => (await cri.call('ContainerStatus', { container_id })).status;
    await expect
      .poll(status, polling)
      .toMatchObject({ state: 'CONTAINER_EXITED', exit_code: 137, reason: 'OOMKilled' });
    await remove(node, pod);
  });

  test("has the node's directories, and a command that takes too long is ended", async (context) => {
    const node = await theNode(context);
    const { cri, host } = node;
    const pod = await node.runPod('mounts');
    const mounts = [
      { container_path: '/node/etc', host_path: '/etc', readonly: true },
      { container_path: '/node/pods', host_path: '/var/tmp', readonly: false },
    ];
    const container_id = await pod.create('mounts', { command: ['sleep', '1000'], mounts });
    await cri.call('StartContainer', { container_id });
    const write = 'echo written > /node/pods/file; touch /node/etc/x 2>/dev/null || echo read-only';
    expect(await exec(node, container_id, 'sh', '-c', write)).toMatchObject({ stdout: 'read-only\n' });
    expect(readFileSync(host.file('/var/tmp/file'), 'utf8')).toBe('written\n');

    const slow = cri.call('ExecSync', { container_id, cmd: ['sleep', '4321'], timeout: 1 });
    await expect(slow).rejects.toThrow(/DEADLINE_EXCEEDED|timeout/i);
    const sleepers = async () => (await host.run(['pgrep', '--full', '--count', 'sleep 4321'])).stdout;
    await expect.poll(sleepers, polling).toBe('0\n');
    await cri.call('RemoveContainer', { container_id });
    await expect(cri.call('ContainerStatus', { container_id })).rejects.toThrow('not found');
    await remove(node, pod);
  });

  test('that cannot be started says why', async (context) => {
    const node = await theNode(context);
    const pod = await node.runPod('broken');
    const container_id = await pod.create('broken', { command: ['nosuch'] });
    const start = node.cri.call('StartContainer', { container_id });
    await expect(start).rejects.toThrow('exec: "nosuch": executable file not found in $PATH');
    await remove(node, pod);
  });

  test('is privileged where it asks for it, and read-only', async (context) => {
    const node = await theNode(context);
    const pod = await node.runPod('rights', {
      security_context: { namespace_options: { pid: 'CONTAINER' }, privileged: true },
    });
    const contexts = {
      privileged: { privileged: true },
      'read-only': {
        readonly_rootfs: true,
        capabilities: { drop_capabilities: ['ALL'], add_capabilities: ['NET_RAW'] },
      },
    };
    const shown: Record<string, string> = {};
    for (const [name, security_context] of Object.entries(contexts)) {
      const container_id = await pod.create(name, {
        command: ['sleep', '1000'],
        linux: { security_context },
      });
      await node.cri.call('StartContainer', { container_id });
      const look = `awk '/^CapBnd:/ {print $2}' /proc/1/status; mkdir /m 2>&1 && mount -t tmpfs none /m && echo mounted`;
      shown[name] = (await exec(node, container_id, 'sh', '-c', look)).stdout;
    }
    expect(shown['read-only']).toMatch(/^0000000000002000\nmkdir: .*Read-only file system\n$/);
    expect(shown.privileged).toMatch(/^[0-9a-f]{16}\nmounted\n$/);
    await remove(node, pod);
  });
});

test('tsrun is there beside runc, which stays the default', async (context) => {
  needContainerd(context);
  await using host = await makeContainerdHost({ others: 'beside runc' });
  using node = await makeKubelet(host);
  const pod = await node.runPod('beside');
  const { status } = await node.cri.call('PodSandboxStatus', { pod_sandbox_id: pod.id });
  expect(status).toMatchObject({ state: 'SANDBOX_READY', runtime_handler: 'tsrun' });
  const { stdout } = await host.run(['containerd', 'config', 'dump']);
  expect(stdout).toContain('default_runtime_name = "runc"');
});
