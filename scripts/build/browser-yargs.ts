/**
 * yargs for a JS runtime without Node's modules: its build for browsers. That imports packages from a web server, by
 * their names; they are taken from node_modules.
 */
import type { Plugin } from 'esbuild';
import { inRoot } from './paths.ts';

export const browserYargs: Plugin = {
  name: 'yargs for browsers',
  setup(build) {
    build.onResolve({ filter: /^yargs$/ }, () => ({ path: inRoot('node_modules/yargs/browser.mjs') }));
    build.onResolve({ filter: /^https:\/\// }, ({ path }) => {
      const [, name = '', file = ''] = /^https:\/\/[^/]+\/([^@/]+)@[^/]+\/(.+)$/.exec(path) ?? [];
      return { path: inRoot('node_modules', name, file) };
    });
  },
};
