/**
 * The session keyring, keyrings(7): without one of its own, a container could reach its caller's. What `exec` starts
 * joins the same one, which can be done by name alone. A name that others could guess they would create first, with
 * keys in it, or join; so part of it is random, and only its possessors may view the keyring.
 */

import { RuntimeError } from '../errors/runtime-error.ts';
import { type Step, step } from '../init/step.ts';
import { decodeLatin1 } from '../kernel/bytes.ts';
import { type Call, ignoreErrors, type Results } from '../kernel/call.ts';
import {
  describeKey,
  geteuid,
  joinSessionKeyring,
  readKey,
  setKeyPermissions,
} from '../kernel/calls/process.ts';
import { IN_ONE_PIECE, readFileSync } from '../kernel/file-system.ts';

/** The possessor everything; the user search alone, which joining by name takes. */
const PERMISSIONS = 0x3f08_0000;

export function newKeyringName(id: string): string {
  return `_ses.${id}.${readFileSync('/proc/sys/kernel/random/uuid', 'latin1', IN_ONE_PIECE).trim()}`;
}

/** For `exec`. Kernels without keys, and sandboxes that forbid them, have none to reach. */
export function joinKeyringStep(name: string): Step {
  const join = ignoreErrors(joinSessionKeyring(name));
  return step('init', 'join the session keyring', '', [join, restrict(join)]);
}

/** For `create`. */
export function newKeyringStep(name: string): Step {
  const join = ignoreErrors(joinSessionKeyring(name));
  const description = ignoreErrors(describeKey(join));
  const content = ignoreErrors(readKey(join));
  const self = geteuid();
  return step('init', 'make the session keyring', '', [join, restrict(join), description, content, self], {
    observe: (results) => {
      if (results.value(join) >= 0) mustBeNew(results, { description, content, self });
    },
  });
}

function restrict(keyring: Call): Call {
  return ignoreErrors(setKeyPermissions(keyring, PERMISSIONS));
}

interface Looks {
  readonly description: Call;
  readonly content: Call;
  readonly self: Call;
}

/** `keyring;UID;GID;PERMISSIONS;NAME` */
function mustBeNew(results: Results, { description, content, self }: Looks): void {
  const [, owner] = decodeLatin1(results.bytes(description)).split(';');
  if (results.value(content) === 0 && Number(owner) === results.value(self)) return;
  throw new RuntimeError('system', "the container's session keyring is another one's", {
    hint: 'another process has created a keyring of that random name: create the container again, or use --no-new-keyring',
  });
}
