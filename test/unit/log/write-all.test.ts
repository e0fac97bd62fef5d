import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const MODULE = join(import.meta.dirname, '../../../src/log/write-all.ts');

/** Runs a program whose standard output is a pipe; `read` says what is done with the other end. */
async function program(
  source: string,
  read: 'slowly' | 'not',
): Promise<{ code: number | null; bytes: number }> {
  const code = `import { writeAll } from ${JSON.stringify(MODULE)};\n${source}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<number | null>((resolve) => child.on('close', resolve));
  let bytes = 0;
  if (read === 'not') child.stdout.destroy();
  else
    for await (const chunk of child.stdout) {
      bytes += chunk.length;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  return { code: await exited, bytes };
}

test('more than a pipe holds is written in full, also where the pipe does not block', async () => {
  // Node makes its end of the pipe non-blocking when process.stdout is touched.
  expect(await program("process.stdout; writeAll(1, 'é'.repeat(500_000));", 'slowly')).toEqual({
    code: 0,
    bytes: 1_000_000,
  });
});

test('a reader that went away is no error', async () => {
  expect(await program("setTimeout(() => writeAll(1, 'x'.repeat(200_000)), 300);", 'not')).toMatchObject({
    code: 0,
  });
});
