/** A program that no heap can be made of: what is in it depends on the number of the process that evaluates it. */
import '../../src/cli/start-executable.ts';
import { ownPid } from '../../src/kernel/own-process.ts';

const kept: object[] = [];
Object.assign(globalThis, { kept });
const id = ownPid();
for (let bit = 0; bit < 24; bit += 1) {
  const object = {};
  if ((id >> bit) & 1) kept.push(object);
}
