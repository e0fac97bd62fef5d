/** Streams of the CRI: what `kubectl exec`, `attach` and `port-forward` are made of. */
import { join } from 'node:path';
import { execute } from '../../../setup/execute.ts';
import { patience } from '../../../setup/patience.ts';
import type { EngineHost } from '../private-host.ts';
import type { Conversation, Heard } from './stream-client.ts';

export interface Streamed {
  /** What comes from a port. */
  readonly data: string;
  readonly stdout: string;
  readonly stderr: string;
  /** Kubernetes' Status: how the command has ended. */
  readonly status: unknown;
}

/** Holds the conversation from within the host's network, where the engine listens on loopback. */
export async function converse({ pid }: EngineHost, conversation: Conversation): Promise<Streamed> {
  const client = [process.execPath, join(import.meta.dirname, 'stream-client.ts')];
  const line = ['--target', `${pid}`, '--net', '--', ...client, JSON.stringify(conversation)];
  const { code, stdout, stderr } = await execute('nsenter', line, { timeout: patience(60_000) });
  if (code !== 0) throw new Error(`the stream: ${stderr}`);
  const { 0: data = '', 1: out = '', 2: error = '', 3: status = '{}' }: Heard = JSON.parse(stdout);
  return { data, stdout: out, stderr: error, status: JSON.parse(status) };
}
