/** Where the program for Node starts, bundled as CommonJS. */
import { main } from './main.ts';

main();
