/** The host's side of the guest's ports, against an agent that this test plays. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Port } from '../../../scripts/vm/port.ts';

let directory: string;
let servers: Server[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tsrun-port-'));
  servers = [];
});
afterEach(() => {
  for (const server of servers) server.close();
  rmSync(directory, { recursive: true });
});

/** Answers each request with these pieces; `T` is the token. */
async function agent(pieces: { readonly out: readonly string[]; readonly err: readonly string[] }) {
  const requests: string[] = [];
  const sockets: Record<string, Socket> = {};
  for (const name of ['root', 'root.err']) {
    const server = createServer((socket) => {
      sockets[name] = socket;
      if (name === 'root') socket.on('data', (data) => void answer(String(data)));
    });
    servers.push(server);
    await new Promise<void>((resolve) => void server.listen(join(directory, name), resolve));
  }
  const answer = async (request: string) => {
    requests.push(request);
    const token = request.split(' ')[0] ?? '';
    for (const [name, said] of [['root', pieces.out] as const, ['root.err', pieces.err] as const])
      for (const piece of said) {
        const text = piece
          .replace('T1', token.slice(0, 5))
          .replace('T2', token.slice(5))
          .replaceAll('T', token);
        await new Promise((resolve) => sockets[name]?.write(text, resolve));
        await new Promise(setImmediate);
      }
  };
  return { requests, end: () => Object.values(sockets).forEach((socket) => void socket.destroy()) };
}

async function run(pieces: Parameters<typeof agent>[0]) {
  const { requests } = await agent(pieces);
  const port = await Port.open(directory, 'root');
  const said = { stdout: '', stderr: '' };
  const status = await port.run('echo "ä"', 7, {
    stdout: (data) => {
      said.stdout += data;
    },
    stderr: (data) => {
      said.stderr += data;
    },
  });
  port.close();
  return { ...said, status, requests };
}

test('the output between the tokens and the status behind them', async () => {
  const result = await run({ out: ['T\nfirst\n', 'second', 'T 3\n'], err: ['T\n', 'oh', 'T 3\n'] });
  expect(result).toMatchObject({ stdout: 'first\nsecond', stderr: 'oh', status: 3 });
  const [token, seconds, script] = (result.requests[0] ?? '').trim().split(' ');
  expect(token).toMatch(/^[0-9a-f]{24}$/);
  expect([seconds, String(Buffer.from(script ?? '', 'base64'))]).toEqual(['7', 'echo "ä"']);
});

test('a token in two parts, and what an earlier request has left', async () => {
  const result = await run({ out: ['left over', 'T', '\nnew', 'T1', 'T2 0\n'], err: ['T\nT 0\n'] });
  expect(result).toMatchObject({ stdout: 'new', stderr: '', status: 0 });
});

test('a guest that ends is an error', async () => {
  const { end } = await agent({ out: [`T\n${'half '.repeat(9)}`], err: [] });
  const port = await Port.open(directory, 'root');
  const running = port.run('true', 1, { stdout: end, stderr: () => {} });
  await expect(running).rejects.toThrow('the guest has ended');
});
