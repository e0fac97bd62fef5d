/** The bytes that are checked in are what the assembly sources say. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { missingAssembler } from '../../../scripts/assemble/binutils.ts';
import { programs, render } from '../../../scripts/assemble/programs.ts';
import { inRoot } from '../../../scripts/build/paths.ts';

describe.each(programs)('$bytes', (program) => {
  test('is what `npm run assemble` makes', (context) => {
    for (const arch of ['x64', 'arm64'] as const) {
      const missing = missingAssembler(arch);
      context.skip(missing !== undefined, missing);
    }
    expect(readFileSync(inRoot(program.bytes), 'utf8')).toBe(render(program));
  });
});
