/**
 * containerd's CRI plugin where systemd makes the cgroups. On version 1: every pod has CPU shares, and where version 1
 * has the controllers, version 2 has none.
 */
import { expect, test } from 'vitest';
import { patience } from '../setup/patience.ts';
import { findLegacySystemd } from '../setup/systemd-host.ts';
import { makeContainerdHost, needContainerd } from './setup/containerd.ts';
import { makeKubelet } from './setup/cri/kubelet.ts';
import { systemdEngineHost } from './setup/systemd-engine-host.ts';

test("pods and containers are scopes in the kubelet's slice, with limits that change", async (context) => {
  needContainerd(context);
  const systemd = await systemdEngineHost(context, await findLegacySystemd());
  await using host = await makeContainerdHost({ systemd });
  using node = await makeKubelet(host);
  const { cri } = node;
  const show = async (id: string, ...names: readonly string[]) => {
    const line = ['systemctl', 'show', `cri-containerd-${id}.scope`, '--property', names.join(',')];
    return Object.fromEntries((await host.run(line)).stdout.trim().split('\n').map(pair));
  };
  const parent = '/kubepods.slice/kubepods-besteffort.slice';
  const pod = await node.runPod('scoped', { cgroup_parent: parent });
  const resources = { memory_limit_in_bytes: 64 << 20, cpu_period: 100_000, cpu_quota: 50_000 };
  const container_id = await pod.create('scoped', { command: ['sleep', '1000'], linux: { resources } });
  await cri.call('StartContainer', { container_id });

  const own = { ActiveState: 'active', Slice: 'kubepods-besteffort.slice', Delegate: 'yes' };
  expect(await show(pod.id, ...Object.keys(own), 'CPUShares')).toEqual({ ...own, CPUShares: '2' });
  const limits = { MemoryLimit: `${64 << 20}`, CPUQuotaPerSecUSec: '500ms' };
  expect(await show(container_id, ...Object.keys({ ...own, ...limits }))).toEqual({ ...own, ...limits });
  const exec = async (...cmd: readonly string[]) => {
    const { stdout, exit_code } = await cri.call('ExecSync', { container_id, cmd });
    return { stdout: stdout.toString(), exit_code };
  };
  expect(await exec('sh', '-c', "sed -n 's/.*:name=systemd://p' /proc/self/cgroup; exit 7")).toEqual({
    stdout: `${parent}/cri-containerd-${container_id}.scope\n`,
    exit_code: 7,
  });

  const linux = { ...resources, memory_limit_in_bytes: 32 << 20 };
  await cri.call('UpdateContainerResources', { container_id, linux });
  expect(await show(container_id, 'MemoryLimit')).toEqual({ MemoryLimit: `${32 << 20}` });
  const inForce = await exec('cat', '/sys/fs/cgroup/memory/memory.limit_in_bytes');
  expect(inForce.stdout).toBe(`${32 << 20}\n`);

  await cri.call('StopContainer', { container_id, timeout: 0 });
  const { status } = await cri.call('ContainerStatus', { container_id });
  expect(status).toMatchObject({ state: 'CONTAINER_EXITED', exit_code: 137 });
  await cri.call('StopPodSandbox', { pod_sandbox_id: pod.id });
  await cri.call('RemovePodSandbox', { pod_sandbox_id: pod.id });
  const scopes = ['systemctl', 'list-units', '--all', '--no-legend', 'cri-containerd-*.scope'];
  await expect
    .poll(() => host.run(scopes), { timeout: patience(60_000) })
    .toMatchObject({ code: 0, stdout: '' });
});

function pair(line: string): string[] {
  return line.split('=');
}
