/** `npm run demo`: builds, and runs a first container whose root is an overlay of this machine. */
import { build } from './build/build.ts';
import { link } from './link/link.ts';

build();
link();
console.log('the demo is not written yet');
