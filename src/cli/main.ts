/** From the program's start to its end, which it brings about itself: nothing that is open keeps it waiting. */

import { prepareCaller } from '../host/caller.ts';
import { endProcess } from '../kernel/end-process.ts';
import { ownArguments } from '../kernel/own-process.ts';
import { runProgram } from './program.ts';

export function main(): void {
  prepareCaller();
  runProgram(ownArguments()).then(
    (status) => endProcess(status),
    () => endProcess(1),
  );
}
