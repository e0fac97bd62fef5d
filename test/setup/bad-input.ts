/** A bundle that cannot be run: what is said about it, to people and to engines, and that nothing is left. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type TestContext, test } from 'vitest';
import type { LooseConfig } from './base-config.ts';
import { environment, tsrunLine } from './faults.ts';
import { need } from './needs.ts';
import { startOutlived } from './outlived.ts';
import { remains } from './remains.ts';
import { type Bundle, makeRig } from './rig.ts';

export interface BadInput {
  readonly config?: (config: LooseConfig) => void;
  /** For what cannot be said with an object: changes the text of config.json. */
  readonly text?: (text: string) => string;
  readonly code: string;
  readonly pointer: string;
  /** Part of the message; `BUNDLE` stands for the bundle's path. */
  readonly says: string;
  readonly hint?: string;
  /** The text in config.json where the line and column point to. */
  readonly at?: string;
  /** Skips the test where this is not bad. */
  readonly needs?: (context: TestContext) => void;
}

/** One test: the container is not made, and the error has all that helps. */
export function testBadInput(name: string, input: BadInput): void {
  test(name, async (context) => {
    need(context, 'busybox');
    input.needs?.(context);
    await using rig = makeRig();
    const bundle = rig.bundle(input.config ? { config: input.config } : {});
    const { file, text } = rewrite(bundle, input);
    const id = rig.id();
    const log = join(rig.path, 'log');
    const line = ['--log', log, '--log-format', 'json', 'create', '--bundle', bundle.path, id];
    const command = startOutlived(tsrunLine(rig, line), { env: environment() });
    expect((await command.exited).code).toBe(1);
    const record = JSON.parse(readFileSync(log, 'utf8').replaceAll(bundle.path, 'BUNDLE'));
    expect(record).toMatchObject({ level: 'error', code: input.code, time: expect.any(String) });
    expect(record.pointer ?? '').toBe(input.pointer);
    expect(record.msg).toContain(input.says);
    if (input.hint !== undefined) expect(record.hint).toContain(input.hint);
    if (input.at !== undefined) {
      const { line: row, column } = positionOf(text, input.at);
      expect(record).toMatchObject({ file: file.replace(bundle.path, 'BUNDLE'), line: row, column });
      expect(command.stderr()).toContain(`${file}:${row}:${column}`);
    }
    const stderr = command.stderr().replaceAll(bundle.path, 'BUNDLE');
    expect(stderr.startsWith('tsrun: ')).toBe(true);
    for (const part of [input.says, input.hint ?? '', input.pointer]) expect(stderr).toContain(part);
    expect(await command.allEnded()).toBe(true);
    expect(remains(rig, id)).toEqual([]);
  });
}

function rewrite({ path }: Bundle, { text }: BadInput): { readonly file: string; readonly text: string } {
  const file = join(path, 'config.json');
  const before = readFileSync(file, 'utf8');
  const after = text?.(before) ?? before;
  writeFileSync(file, after);
  return { file, text: after };
}

/** Of the only, or the last, place where this stands. */
function positionOf(text: string, part: string): { readonly line: number; readonly column: number } {
  const offset = text.lastIndexOf(part);
  expect(offset, `"${part}" in config.json`).toBeGreaterThanOrEqual(0);
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}
