/** Docker Swarm on three nodes, each of them with tsrun as Docker's default runtime. */
import { afterAll, describe, expect, type TestContext, test, vi } from 'vitest';
import { patience } from '../setup/patience.ts';
import { busybox, type DockerHost, makeDockerHost, needDocker } from './setup/docker.ts';
import { documented } from './setup/documented.ts';
import { connectHosts, type LocalNetwork } from './setup/local-network.ts';

const polling = { timeout: patience(60_000), interval: 200 };
vi.setConfig({ testTimeout: patience(300_000) });

interface Swarm extends AsyncDisposable {
  readonly manager: DockerHost;
  readonly nodes: readonly DockerHost[];
  readonly addresses: readonly string[];
}

let shared: Promise<Swarm> | undefined;

function theSwarm(context: TestContext): Promise<Swarm> {
  needDocker(context);
  shared ??= makeSwarm();
  return shared;
}

afterAll(async () => {
  await (await shared)?.[Symbol.asyncDispose]();
}, patience(60_000));

async function makeSwarm(): Promise<Swarm> {
  await using made = new AsyncDisposableStack();
  const nodes = await Promise.all(['node1', 'node2', 'node3'].map((name) => makeDockerHost({ name })));
  for (const node of nodes) made.use(node);
  const network: LocalNetwork = made.use(await connectHosts(nodes));
  const { addresses } = network;
  const [manager, ...workers] = nodes as [DockerHost, ...DockerHost[]];
  await manager.said('swarm', 'init', '--advertise-addr', addresses[0] ?? '');
  const token = await manager.said('swarm', 'join-token', '--quiet', 'worker');
  // It gives up waiting after a while, and joins nevertheless.
  for (const worker of workers)
    await worker.docker(['swarm', 'join', '--token', token, `${addresses[0]}:2377`]);
  const states = async () => (await manager.said('node', 'ls', '--format', '{{.Status}}')).split('\n');
  await expect.poll(states, polling).toEqual(['Ready', 'Ready', 'Ready']);
  const all = made.move();
  return { manager, nodes, addresses, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** What runs of a service: the node and the task, one of each. */
async function running({ manager }: Swarm, service: string): Promise<{ node: string; task: string }[]> {
  const format = '{{.Node}} {{.ID}} {{.CurrentState}}';
  const filter = ['--filter', 'desired-state=running'];
  const lines = (await manager.said('service', 'ps', ...filter, '--format', format, service)).split('\n');
  return lines
    .map((line) => line.split(' '))
    .filter(([, , state]) => state === 'Running')
    .map(([node = '', task = '']) => ({ node, task }));
}

/** Starts again at once, and may be slow to end. */
const prompt = ['--restart-delay', '100ms', '--stop-grace-period', '10s', '--update-monitor', '100ms'];

describe('Docker Swarm', () => {
  test('runs a service with a replica on each node, which find each other by name', async (context) => {
    const swarm = await theSwarm(context);
    const { manager, addresses } = swarm;
    const network = documented('docker swarm, network');
    const service = documented('docker swarm, service').replace(/^docker service create/, '$& --detach');
    for (const line of [network, service])
      expect(await manager.run(['sh', '-c', line])).toMatchObject({ code: 0 });
    await expect
      .poll(async () => (await running(swarm, 'web')).map(({ node }) => node).sort(), polling)
      .toEqual(['node1', 'node2', 'node3']);
    const fetch = (address: string) =>
      manager.run(['busybox', 'wget', '-q', '-O', '-', `http://${address}:8080/`]);
    for (const [index, address] of addresses.entries())
      await expect.poll(async () => (await fetch(address)).stdout, polling).toBe(`node${index + 1}\n`);

    const id = await manager.said('ps', '--quiet', '--filter', 'name=web');
    expect(await manager.said('inspect', '--format', '{{.HostConfig.Runtime}}', id)).toBe('tsrun');
    // Over the network that is inside: each task is asked at its own address there.
    const ask = `
      for address in $(nslookup web | sed -n 's/^Address: //p'); do
        wget -q -O - "http://$address/"
      done | sort`;
    await expect.poll(() => manager.said('exec', id, 'sh', '-c', ask), polling).toBe('node1\nnode2\nnode3');
    await manager.said('service', 'rm', 'web');
  });

  test('scales a service, replaces a killed task, updates one by one, and moves the tasks of a drained node', async (context) => {
    const swarm = await theSwarm(context);
    const { manager, nodes } = swarm;
    const work = ['sh', '-c', "trap 'exit 0' TERM; echo $VERSION; while :; do sleep 0.1; done"];
    const create = ['--name', 'work', '--replicas', '2', '--endpoint-mode', 'dnsrr', '--env', 'VERSION=1'];
    await manager.said('service', 'create', '--detach', ...create, ...prompt, busybox, ...work);
    await expect.poll(() => running(swarm, 'work'), polling).toHaveLength(2);

    await change(manager, 'service', 'scale', '--detach', 'work=4');
    await expect.poll(() => running(swarm, 'work'), polling).toHaveLength(4);

    const first = await running(swarm, 'work');
    const [here = ''] = (await manager.said('ps', '--quiet', '--filter', 'name=work')).split('\n');
    await manager.said('kill', here);
    await expect.poll(async () => replaced(first, await running(swarm, 'work')), polling).toEqual([4, 1]);

    const second = await running(swarm, 'work');
    await change(manager, 'service', 'update', '--detach', '--env-add', 'VERSION=2', 'work');
    const state = () => manager.said('service', 'inspect', '--format', '{{.UpdateStatus.State}}', 'work');
    await expect.poll(state, polling).toBe('completed');
    await expect.poll(async () => replaced(second, await running(swarm, 'work')), polling).toEqual([4, 4]);
    const logged = async () => (await manager.said('service', 'logs', '--raw', 'work')).split('\n');
    await expect.poll(async () => (await logged()).filter((line) => line === '2').length, polling).toBe(4);

    await change(manager, 'node', 'update', '--availability', 'drain', 'node3');
    const places = async () => (await running(swarm, 'work')).map(({ node }) => node);
    await expect
      .poll(async () => [(await places()).length, (await places()).includes('node3')], polling)
      .toEqual([4, false]);
    await expect.poll(() => nodes[2]?.said('ps', '--quiet'), polling).toBe('');
  });

  test('gives tasks their secrets, configurations, volumes and limits, and says why one does not start', async (context) => {
    const { manager } = await theSwarm(context);
    for (const kind of ['secret', 'config'])
      await manager.docker([kind, 'create', kind, '-'], { input: `the ${kind}` });
    const files = [
      '--secret',
      'secret',
      '--config',
      'source=config,target=/etc/config',
      '--mount',
      'type=tmpfs,dst=/t',
    ];
    const limits = [
      '--read-only',
      '--user',
      '1000',
      '--sysctl',
      'net.core.somaxconn=200',
      '--ulimit',
      'nofile=100:200',
    ];
    const show = `cat /run/secrets/secret; echo; cat /etc/config; echo; id -u; cat /proc/sys/net/core/somaxconn
      ulimit -Hn; touch /x 2>/dev/null || echo read-only`;
    const job = ['--mode', 'replicated-job', '--name', 'job', ...files, ...limits];
    await manager.said('service', 'create', '--detach', ...job, busybox, 'sh', '-c', show);
    const shown = () => manager.said('service', 'logs', '--raw', 'job');
    await expect.poll(shown, polling).toBe('the secret\nthe config\n1000\n200\n200\nread-only');

    const broken = ['--name', 'broken', '--restart-condition', 'none', busybox, 'nosuch'];
    await manager.said('service', 'create', '--detach', ...broken);
    const told = () => manager.said('service', 'ps', '--no-trunc', '--format', '{{.Error}}', 'broken');
    await expect.poll(told, polling).toContain('exec: "nosuch": executable file not found in $PATH');
  });
});

/**
 * docker reads what is to be changed, and the swarm refuses the change ("update out of sequence") where it has changed
 * in the meantime by itself: a node by each report of its state.
 */
async function change({ docker }: DockerHost, ...args: readonly string[]): Promise<void> {
  await expect.poll(() => docker(args), polling).toMatchObject({ code: 0 });
}

/** How many tasks there are, and how many of them are new. */
function replaced(before: readonly { task: string }[], after: readonly { task: string }[]): [number, number] {
  const old = new Set(before.map(({ task }) => task));
  return [after.length, after.filter(({ task }) => !old.has(task)).length];
}
