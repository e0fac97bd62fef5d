import { expect, test } from 'vitest';
import { messageFor, warningsFor } from '../fixture.ts';

test.each(['1.0.0', '1.0.2-dev', '1.1.0+dev', '1.2.1', '1.3.0-rc.1', '1.0.0-rc5-dev'])(
  '%s is accepted',
  (version) => {
    expect(warningsFor((config) => Object.assign(config, { ociVersion: version }))).toEqual([]);
  },
);

test.each(['0.9.0', '2.0.0', '99.0.0'])('%s is another major version', async (version) => {
  const text = await messageFor((config) => Object.assign(config, { ociVersion: version }));
  expect(text).toBe(
    `/ociVersion: expected a version from 1.0 to 1.3, found the string "${version}"; write "1.3.0"`,
  );
});

test.each(['', '1', '1.3', 'v1.3.0', '1.3.0 '])('"%s" is no version', async (version) => {
  const text = await messageFor((config) => Object.assign(config, { ociVersion: version }));
  expect(text).toContain('/ociVersion: expected a version of the form "1.3.0"');
});
