/** Where runc cannot run, whatever runs is tsrun. */
import { findCommand } from '../../setup/needs.ts';
import type { EngineHost } from './private-host.ts';

/** Puts `false` in the place of the machine's runc. */
export async function withoutRunc(host: EngineHost): Promise<void> {
  const runc = findCommand('runc');
  if (runc === undefined) return;
  const { code, stderr } = await host.run(['mount', '--bind', '/bin/false', runc]);
  if (code !== 0) throw new Error(`mount: ${stderr}`);
}
