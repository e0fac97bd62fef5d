/** What kubectl's exec, attach and port-forward ask of a node: streams, over containerd's CRI plugin. */
import { afterAll, describe, expect, type TestContext, test } from 'vitest';
import { patience } from '../setup/patience.ts';
import { type ContainerdHost, sharedContainerd } from './setup/containerd.ts';
import { type Kubelet, makeKubelet, type Sandbox } from './setup/cri/kubelet.ts';
import { converse } from './setup/cri/streaming.ts';

const shared = sharedContainerd();
let made: Promise<Kubelet & { readonly pod: Sandbox }> | undefined;

async function theNode(context: TestContext) {
  const host = await shared(context);
  made ??= makeNode(host);
  return { ...(await made), host };
}

async function makeNode(host: ContainerdHost) {
  const kubelet = await makeKubelet(host);
  return { ...kubelet, pod: await kubelet.runPod('streams') };
}

afterAll(async () => (await made)?.[Symbol.dispose]());

const polling = { timeout: patience(60_000) };
const piped = { stdin: true, stdout: true, stderr: true, tty: false };
const terminal = { stdin: true, stdout: true, stderr: false, tty: true };
/** Twice: the first may come before the program is there that is told of it. */
const size = [{ size: { Width: 100, Height: 30 } }, { hears: 'ready' }, { size: { Width: 132, Height: 43 } }];
const resized = 'echo ready; until [ "$(stty size 2>/dev/null)" = "43 132" ]; do sleep 0.05; done; stty size';

/** Of a command that has failed. */
const failed = (code: number) => ({
  status: 'Failure',
  reason: 'NonZeroExitCode',
  details: { causes: [{ reason: 'ExitCode', message: `${code}` }] },
});

describe('exec', () => {
  test('has standard streams of its own, and tells how the command has ended', async (context) => {
    const { cri, pod, host } = await theNode(context);
    const container_id = await pod.create('piped', { command: ['sleep', '1000'] });
    await cri.call('StartContainer', { container_id });
    const cmd = ['sh', '-c', 'read -r line; echo "heard $line"; echo wrong >&2; exit 7'];
    const { url } = await cri.call('Exec', { container_id, cmd, ...piped });
    const said = await converse(host, { url, steps: [{ say: 'hello\n' }] });
    expect(said).toMatchObject({ stdout: 'heard hello\n', stderr: 'wrong\n', status: failed(7) });
    const { url: second } = await cri.call('Exec', { container_id, cmd: ['true'], ...piped, stdin: false });
    expect((await converse(host, { url: second, steps: [] })).status).toMatchObject({ status: 'Success' });
  });

  test('has a terminal, whose size changes', async (context) => {
    const { cri, pod, host } = await theNode(context);
    const container_id = await pod.create('terminal', { command: ['sleep', '1000'] });
    await cri.call('StartContainer', { container_id });
    const cmd = ['sh', '-c', `${resized}; tty; read -r line; echo "heard $line"; exit 5`];
    const { url } = await cri.call('Exec', { container_id, cmd, ...terminal });
    const steps = [...size, { hears: '/dev/pts/' }, { say: 'hello\r' }];
    const { stdout, status } = await converse(host, { url, steps });
    expect(stdout).toMatch(/^ready\r\n43 132\r\n\/dev\/pts\/\d+\r\nhello\r\nheard hello\r\n$/);
    expect(status).toMatchObject(failed(5));
  });

  test('of a command that is not there says so', async (context) => {
    const { cri, pod, host } = await theNode(context);
    const container_id = await pod.create('missing', { command: ['sleep', '1000'] });
    await cri.call('StartContainer', { container_id });
    const { url } = await cri.call('Exec', { container_id, cmd: ['nosuch'], ...piped });
    const { status } = await converse(host, { url, steps: [] });
    const message = expect.stringContaining('exec: "nosuch": executable file not found in $PATH');
    expect(status).toMatchObject({ status: 'Failure', message });
  });
});

describe('attach', () => {
  test("reaches the container's terminal", async (context) => {
    const { cri, pod, host } = await theNode(context);
    // What is written before somebody is attached is for the log alone.
    const ready = 'until [ "$(stty size 2>/dev/null)" = "43 132" ]; do echo ready; sleep 0.05; done';
    const command = ['sh', '-c', `read -r go; ${ready}; read -r go; stty size; exit 3`];
    const container_id = await pod.create('attached', { command, stdin: true, tty: true });
    await cri.call('StartContainer', { container_id });
    const { url } = await cri.call('Attach', { container_id, ...terminal });
    const { stdout } = await converse(host, { url, steps: [{ say: 'go\r' }, ...size, { say: 'go\r' }] });
    expect(stdout).toMatch(/\r\n43 132\r\n$/);
    const ended = async () => (await cri.call('ContainerStatus', { container_id })).status;
    await expect.poll(ended, polling).toMatchObject({ state: 'CONTAINER_EXITED', exit_code: 3 });
  });

  test("reaches the container's standard streams, and leaves it running", async (context) => {
    const { cri, pod, host } = await theNode(context);
    const repeat = 'read -r line; while :; do echo "heard $line"; echo wrong >&2; sleep 0.05; done';
    const command = ['sh', '-c', repeat];
    const container_id = await pod.create('open', { command, stdin: true });
    await cri.call('StartContainer', { container_id });
    const hears = { hears: 'heard hello\n' };
    for (const steps of [[{ say: 'hello\n' }, hears], [hears]]) {
      const { url } = await cri.call('Attach', { container_id, ...piped });
      const { stdout } = await converse(host, { url, steps, hangsUp: true });
      expect(stdout).toContain('heard hello\n');
    }
    const { status } = await cri.call('ContainerStatus', { container_id });
    expect(status.state).toBe('CONTAINER_RUNNING');
  });
});

test("port-forward reaches a server on the pod's loopback", async (context) => {
  const { cri, pod, host } = await theNode(context);
  const serve = 'mkdir /w; echo served >/w/index.html; exec httpd -f -p 127.0.0.1:8080 -h /w';
  const container_id = await pod.create('server', { command: ['sh', '-c', serve] });
  await cri.call('StartContainer', { container_id });
  const serves = 'until wget -q -O - http://127.0.0.1:8080/; do sleep 0.05; done';
  await cri.call('ExecSync', { container_id, cmd: ['sh', '-c', serves] });
  const { url } = await cri.call('PortForward', { pod_sandbox_id: pod.id, port: [8080] });
  const { data } = await converse(host, { url, steps: [{ say: 'GET / HTTP/1.0\r\n\r\n' }] });
  expect(data).toMatch(/HTTP\/1\.[01] 200 OK\r\n[\s\S]*\r\nserved\n$/);
});
