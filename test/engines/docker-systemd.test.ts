/** Docker where systemd makes the cgroups: the daemon asks for scopes, and tsrun has systemd make them. */
import { expect, test } from 'vitest';
import { patience } from '../setup/patience.ts';
import { findLegacySystemd, findSystemd } from '../setup/systemd-host.ts';
import { busybox, needDocker } from './setup/docker.ts';
import { dockerBeside, type SystemdDocker } from './setup/docker-systemd.ts';

/** A container that runs, and the properties of its scope. */
async function started({ said }: SystemdDocker, ...limits: readonly string[]) {
  const id = await said('docker', 'run', '--detach', '--name', 'scoped', ...limits, busybox, 'sleep', '1000');
  return async (...names: readonly string[]) => {
    const values = await said('systemctl', 'show', `docker-${id}.scope`, '--property', names.join(','));
    return Object.fromEntries(values.split('\n').map((line) => line.split('=')));
  };
}

/** What is the same with both versions. */
async function pauseAndRemove({ said }: SystemdDocker) {
  await said('docker', 'pause', 'scoped');
  expect(await said('docker', 'inspect', '--format', '{{.State.Status}}', 'scoped')).toBe('paused');
  await said('docker', 'unpause', 'scoped');
  expect(await said('docker', 'exec', 'scoped', 'echo', 'thawed')).toBe('thawed');
  await said('docker', 'rm', '--force', 'scoped');
  const scopes = () => said('systemctl', 'list-units', '--all', '--no-legend', 'docker-*.scope');
  await expect.poll(scopes, { timeout: patience(60_000) }).toBe('');
}

test('on version 2 a container is in a scope, and in the slice that is asked for', async (context) => {
  needDocker(context);
  await using host = await dockerBeside(context, await findSystemd());
  expect(await host.said('docker', 'info', '--format', '{{.CgroupDriver}} {{.CgroupVersion}}')).toBe(
    'systemd 2',
  );
  const show = await started(host, '--cgroup-parent', 'own.slice');
  expect(await show('ActiveState', 'Slice', 'Delegate')).toEqual({
    ...{ ActiveState: 'active', Slice: 'own.slice', Delegate: 'yes' },
  });
  const look = 'tail -n 1 /proc/self/cgroup; mknod /x b 254 0; cat /x 2>&1 | head -c 100';
  const seen = await host.said('docker', 'exec', 'scoped', 'sh', '-c', look);
  expect(seen).toBe("0::/\ncat: can't open '/x': Operation not permitted");
  await pauseAndRemove(host);
});

test("on version 1 a container's limits are its scope's, and are changed with it", async (context) => {
  needDocker(context);
  context.skip(process.env.TSRUN_LONG === undefined, 'takes long: TSRUN_LONG=1');
  await using host = await dockerBeside(context, await findLegacySystemd());
  const names = ['MemoryLimit', 'TasksMax', 'CPUQuotaPerSecUSec'] as const;
  const show = await started(host, '--memory', '32m', '--pids-limit', '30', '--cpus', '0.5');
  expect(await show(...names)).toEqual({
    MemoryLimit: '33554432',
    TasksMax: '30',
    CPUQuotaPerSecUSec: '500ms',
  });
  const change = ['--memory', '64m', '--memory-swap', '64m', '--pids-limit', '40', '--cpus', '0.7'];
  await host.said('docker', 'update', ...change, 'scoped');
  expect(await show(...names)).toEqual({
    MemoryLimit: '67108864',
    TasksMax: '40',
    CPUQuotaPerSecUSec: '700ms',
  });
  const seen = await host.said(
    'docker',
    'exec',
    'scoped',
    'cat',
    '/sys/fs/cgroup/memory/memory.limit_in_bytes',
  );
  expect(seen).toBe('67108864');
  await pauseAndRemove(host);
});
