import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addRangeHint } from '../../../src/namespaces/id-map-hints.ts';

let etc: string;

beforeEach(() => {
  etc = mkdtempSync(join(tmpdir(), 'tsrun-etc-'));
  write('passwd', 'ann:x:1000:100:::');
});

afterEach(() => {
  rmSync(etc, { recursive: true });
});

function write(file: string, line: string): void {
  writeFileSync(join(etc, file), `${line}\n`);
}

describe('the commands that give a user ids', () => {
  test('are for both files, and take ids of nobody', () => {
    write('subuid', 'bob:100000:65536');
    expect(addRangeHint(1000, etc)).toBe(
      "as root: echo 'ann:165536:65536' >> /etc/subuid; echo 'ann:165536:65536' >> /etc/subgid",
    );
  });

  test('leave out the file that has a line for the user already', () => {
    write('subuid', 'ann:100000:65536');
    expect(addRangeHint(1000, etc)).toBe("as root: echo 'ann:165536:65536' >> /etc/subgid");
  });

  test('go by the number for a user without a name', () => {
    expect(addRangeHint(4242, etc)).toContain("echo '4242:100000:65536' >> /etc/subuid");
  });

  test('are not there if all ids are taken', () => {
    write('subgid', 'bob:100000:4294867290');
    expect(addRangeHint(1000, etc)).toBe(
      'as root, give "ann" ids in /etc/subuid and /etc/subgid that no other user has',
    );
  });
});
