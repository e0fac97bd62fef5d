/** HOME from the container's own passwd(5), where the configuration does not set it. */

import { type Step, step } from '../init/step.ts';
import { decodeUtf8 } from '../kernel/bytes.ts';
import { ignoreErrors } from '../kernel/call.ts';
import { close, openat, read } from '../kernel/calls/file.ts';
import { AT_FDCWD, O_NOCTTY, O_NONBLOCK, O_RDONLY } from '../kernel/constants/file.ts';
import { homeOf, lacksHome, withHome } from './environment.ts';

/** What is read of the file: it travels with the program. Users stand at its beginning. */
const PASSWD_SIZE = 4096;

/** For once the root is the container's. The file is untrusted: it may be a FIFO, or anything. */
export function homeStep(
  uid: number,
  env: readonly string[],
  found: (env: readonly string[]) => void,
): readonly Step[] {
  if (!lacksHome(env)) return [];
  const file = ignoreErrors(openat(AT_FDCWD, '/etc/passwd', O_RDONLY | O_NONBLOCK | O_NOCTTY));
  const content = ignoreErrors(read(file, PASSWD_SIZE));
  const calls = [file, content, ignoreErrors(close(file))];
  return [
    step('init', 'look up HOME', '/process/env', calls, {
      observe: (results) => {
        const length = Math.max(0, results.value(content));
        const text = decodeUtf8(results.bytes(content).subarray(0, length));
        found(withHome(env, homeOf(uid, text)));
      },
    }),
  ];
}
