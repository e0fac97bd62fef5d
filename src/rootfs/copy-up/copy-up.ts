/**
 * `tmpcopyup`: a tmpfs begins with a copy of the directory that it covers. The copy is made by the container's first
 * process, by descriptors: whoever owns the directory cannot lead it anywhere else. An image decides how much there is
 * to copy: it is done in batches, whose results are forgotten. What cannot be copied stays away: sockets, device nodes
 * in a user namespace, owners that the container does not have.
 */
import { action, type Step } from '../../init/step.ts';
import type { Call } from '../../kernel/call.ts';
import { type CopyUp, copyFailure } from './failure.ts';
import { TreeCopy } from './tree.ts';

/** @param from and `to`: directories, open for reading by then; they stay open */
export function copyUpStep(from: Call, to: Call, copy: CopyUp): Step {
  const does = ['getdents64(…)', 'openat(…)', 'sendfile(…)'];
  return action(`copy "${copy.destination}" up`, copy.pointer, does, (live) => {
    const runner = live.runner('init');
    const tree = live.results.value(to);
    const walk = new TreeCopy(runner, (failed) => copyFailure(copy, runner, tree, failed));
    walk.copy(live.results.value(from), tree);
  });
}
