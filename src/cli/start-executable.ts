/** Where the executable starts: `program` is in its heap, and is called at each start. */
import { main } from './main.ts';

declare global {
  /** Called by src/native/host.c. */
  var program: () => void;
}

globalThis.program = main;
