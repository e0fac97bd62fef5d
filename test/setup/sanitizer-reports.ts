/** What sanitizers have found: a test in which they find something fails, whatever else comes of it. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, inject } from 'vitest';

afterEach(() => expect(takeReports()).toEqual([]));

/** All reports so far; they are removed. */
export function takeReports(): string[] {
  const { reports } = inject('sanitized');
  return readdirSync(reports).map((name) => {
    const path = join(reports, name);
    const text = readFileSync(path, 'utf8');
    rmSync(path);
    return text;
  });
}
