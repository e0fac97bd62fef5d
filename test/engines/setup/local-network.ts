/** A network between private hosts: a bridge in a namespace of its own, with a cable to each host. */
import { execute } from '../../setup/execute.ts';
import { makePrivateHost, type PrivateHost } from './private-host.ts';

export interface LocalNetwork extends AsyncDisposable {
  /** The hosts' addresses, in their order. */
  readonly addresses: readonly string[];
}

/** Each host gets the interface `lan0`. The bridge is in none of them: their firewalls would see what passes. */
export async function connectHosts(hosts: readonly PrivateHost[]): Promise<LocalNetwork> {
  const hub = await makePrivateHost();
  const ip = async (host: PrivateHost, ...args: readonly string[]) => must(await host.run(['ip', ...args]));
  await ip(hub, 'link', 'add', 'bridge0', 'type', 'bridge');
  await ip(hub, 'link', 'set', 'bridge0', 'up');
  const addresses = hosts.map((_, index) => `10.231.0.${index + 1}`);
  for (const [index, host] of hosts.entries()) {
    const ends = [
      `port${index}`,
      'netns',
      `${hub.pid}`,
      'type',
      'veth',
      'peer',
      'lan0',
      'netns',
      `${host.pid}`,
    ];
    must(await execute('ip', ['link', 'add', ...ends]));
    await ip(hub, 'link', 'set', `port${index}`, 'master', 'bridge0', 'up');
    await ip(host, 'address', 'add', `${addresses[index]}/24`, 'dev', 'lan0');
    await ip(host, 'link', 'set', 'lan0', 'up');
  }
  return { addresses, [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose]() };
}

function must({ code, stderr }: { readonly code: number | null; readonly stderr: string }): void {
  if (code !== 0) throw new Error(`ip: ${stderr}`);
}
