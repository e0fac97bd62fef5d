/**
 * yargs in the program is its build for browsers, which needs nothing of Node: the same in every JS runtime. It imports
 * its parts from addresses of a CDN; they are taken from the packages of the same names.
 */
import type { Plugin } from 'esbuild';
import { inRoot } from './paths.ts';

/** A package and a file in it. */
const ADDRESS = /^https:\/\/[^/]+\/([^@/]+)@[^/]+\/(.+)$/;

/** The real one needs Intl and tables of all scripts; help is ASCII. yargs for browsers counts like this itself. */
const STRING_WIDTH = 'export default (text) => [...text].length;';

export const yargsForBrowsers: Plugin = {
  name: 'yargs for browsers',
  setup(build) {
    // yargs names it when it is loaded, and calls it nowhere: not every JS runtime has a console.
    build.initialOptions.define = { ...build.initialOptions.define, 'console.log': 'undefined' };
    build.onResolve({ filter: /^yargs$/ }, () => ({ path: inRoot('node_modules/yargs/browser.mjs') }));
    build.onResolve({ filter: ADDRESS }, ({ path }) => {
      const [, name = '', file = ''] = ADDRESS.exec(path) ?? [];
      return { path: inRoot('node_modules', name, file) };
    });
    build.onResolve({ filter: /^string-width$/ }, () => ({ path: 'string-width', namespace: 'counted' }));
    build.onLoad({ filter: /^/, namespace: 'counted' }, () => ({ contents: STRING_WIDTH }));
  },
};
