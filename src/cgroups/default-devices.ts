/** Device rules for a configuration that has none. */
import type { Identity } from '../host/identity.ts';
import type { Config } from '../spec/types.ts';

/**
 * As with runc, a container that root creates may use the usual devices alone (device-rules.ts), also if its
 * configuration does not ask for it: root of the container could open every disk of the machine otherwise. An ordinary
 * user may set no rules, and has no access to these devices.
 */
export function withDefaultDevices(config: Config, { isRootless }: Pick<Identity, 'isRootless'>): Config {
  const { linux } = config;
  if (linux?.resources?.devices !== undefined || isRootless) return config;
  return { ...config, linux: { ...linux, resources: { ...linux?.resources, devices: [] } } };
}
