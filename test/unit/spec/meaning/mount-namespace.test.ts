import { expect, test } from 'vitest';
import type { Config } from '../../../../src/spec/types.ts';
import { message, validConfig } from '../fixture.ts';

test.for([undefined, [], [{ type: 'pid' }]])(
  'a container without a mount namespace is refused: %j',
  async (list) => {
    const config = validConfig();
    const linux = { ...config.linux, namespaces: list, maskedPaths: [], readonlyPaths: [] };
    const text = JSON.stringify({ ...config, hostname: '', linux } as Config);
    expect(await message(text)).toContain(
      '/linux/namespaces: expected a mount namespace, found none; add {"type": "mount"}',
    );
  },
);
