/** The containerd of a newer Debian with tsrun: pods in user namespaces of their own. */
import { expect, test } from 'vitest';
import { patience } from '../setup/patience.ts';
import { makeContainerdHost, needContainerd } from './setup/containerd.ts';
import { makeKubelet } from './setup/cri/kubelet.ts';
import { debian13, needOtherDebian } from './setup/other-debian.ts';

test("Debian 13's containerd runs a pod in a user namespace", {
  timeout: patience(600_000),
}, async (context) => {
  needContainerd(context);
  needOtherDebian(context);
  await using host = await makeContainerdHost(debian13);
  using node = await makeKubelet(host);
  const { cri } = node;
  const maps = [{ host_id: 300_000, container_id: 0, length: 65_536 }];
  const userns_options = { mode: 'POD', uids: maps, gids: maps } as const;
  const namespace_options = { pid: 'CONTAINER', userns_options } as const;
  const pod = await node.runPod('mapped', { security_context: { namespace_options } });
  const mounts = [{ container_path: '/node/etc', host_path: '/etc', readonly: true }];
  const container_id = await pod.create('mapped', { command: ['sleep', '1000'], mounts });
  await cri.call('StartContainer', { container_id });
  const look = `awk '{print $1, $2, $3}' /proc/self/uid_map; touch /x; stat -c %u /x; hostname; test -r /etc/resolv.conf
    ip address show eth0 | grep -c 'inet 10.88'; touch /node/etc/x 2>/dev/null || echo read-only`;
  const { stdout, stderr } = await cri.call('ExecSync', { container_id, cmd: ['sh', '-c', look] });
  expect(`${stdout}${stderr}`).toBe('0 300000 65536\n0\nmapped\n1\nread-only\n');
  await cri.call('StopPodSandbox', { pod_sandbox_id: pod.id });
  await cri.call('RemovePodSandbox', { pod_sandbox_id: pod.id });
});
