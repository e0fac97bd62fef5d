import { expect, it } from 'vitest';
import { dataDirectory } from '../../../../src/rootfs/overlay/data-directory.ts';

const user = (environment: Record<string, string>) => ({ isRoot: false, environment });

it('is on disk for root', () => {
  const path = dataDirectory(
    { isRoot: true, environment: { HOME: '/h', XDG_DATA_HOME: '/x' } },
    '/run/tsrun',
    'c',
  );
  expect(path).toMatch(/^\/var\/lib\/tsrun\/[0-9a-f]{16}\/c$/);
});

it("is in the user's data directory, else in the home directory", () => {
  expect(dataDirectory(user({ XDG_DATA_HOME: '/x', HOME: '/h' }), '/r', 'c')).toMatch(
    /^\/x\/tsrun\/\w{16}\/c$/,
  );
  expect(dataDirectory(user({ XDG_DATA_HOME: 'x', HOME: '/h' }), '/r', 'c')).toMatch(
    /^\/h\/\.local\/share\/tsrun\//,
  );
});

it('needs no environment', () => {
  expect(dataDirectory(user({}), '/r', 'c')).toMatch(/^\/.+\/tsrun[-/]/);
});

it('differs for each state root and id', () => {
  const paths = ['/run/a', '/run/b'].flatMap((root) =>
    ['c', 'd'].map((id) => dataDirectory(user({ HOME: '/h' }), root, id)),
  );
  expect(new Set(paths).size).toBe(4);
});
