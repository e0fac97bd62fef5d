/** The installed program is usable by an ordinary user who does not own it. */
import { expect, test } from 'vitest';
import { execute } from '../../setup/execute.ts';
import { programUnderTest } from '../../setup/rig.ts';

test('works for an ordinary user with an empty environment', async (context) => {
  context.skip(process.getuid?.() === 0, 'needs an ordinary user');
  const result = await execute(programUnderTest(), ['--version'], { env: {} });
  expect(result).toMatchObject({ code: 0, stderr: '' });
});
