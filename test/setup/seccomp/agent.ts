/** The agent of agent.c, while a test runs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { placeProgram } from './programs.ts';

export interface TestAgent extends AsyncDisposable {
  readonly socket: string;
  /** What it was told: container process states, one for each listener. */
  states(): readonly AgentState[];
}

export interface AgentState {
  readonly ociVersion: string;
  readonly fds: readonly string[];
  readonly pid: number;
  readonly metadata?: string;
  readonly state: Readonly<Record<string, unknown>>;
}

/** @param answer the errno of whatever is notified; 0 lets the kernel go on */
export async function startAgent(folder: string, answer: number): Promise<TestAgent> {
  const program = join(folder, 'agent');
  const [socket, log] = [join(folder, 'agent.sock'), join(folder, 'agent.log')];
  placeProgram('agent', program);
  const child = spawn(program, [socket, log, String(answer)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  return {
    socket,
    states: () => readStates(log),
    async [Symbol.asyncDispose]() {
      child.kill();
      await ended;
    },
  };
}

function readStates(log: string): AgentState[] {
  const lines = existsSync(log) ? readFileSync(log, 'utf8').split('\n').filter(Boolean) : [];
  // After each state comes how much else the connection held.
  if (lines.some((line, index) => index % 2 === 1 && line !== 'rest 0')) throw new Error(lines.join('\n'));
  return lines.filter((_, index) => index % 2 === 0).map((line) => JSON.parse(line) as AgentState);
}
