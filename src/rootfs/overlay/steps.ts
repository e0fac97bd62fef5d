/**
 * The steps that make the overlay root: from layers to a detached mount.
 *
 * Who mounts it matters. Root mounts it before a new user namespace is entered (`stub`): inside one, a lower layer
 * with mounts in it, `/` for one, is EINVAL, since they are locked there. Everybody else may mount it only inside
 * (`init`). The mount is inherited by the init through the clone.
 */
import type { RuntimeError } from '../../errors/runtime-error.ts';
import { type Actor, type Step, step } from '../../init/step.ts';
import { type Call, call, type Failure, ignoreErrors, type Results } from '../../kernel/call.ts';
import { close, fchdir, fchownat, mkdirat, openat } from '../../kernel/calls/file.ts';
import {
  fsconfigCreate,
  fsconfigString,
  fsmount,
  fsopen,
  mountPropagation,
  moveMount,
} from '../../kernel/calls/mount.ts';
import { unshare } from '../../kernel/calls/namespace.ts';
import { AT_FDCWD, O_CLOEXEC, O_DIRECTORY, O_PATH } from '../../kernel/constants/file.ts';
import { MNT_DETACH, MS_PRIVATE, MS_REC } from '../../kernel/constants/mount.ts';
import { CLONE_NEWNS } from '../../kernel/constants/process.ts';
import { EINVAL, ELOOP } from '../../kernel/errno.ts';
import { explainOverlay } from './explain.ts';
import { type Layer, layer, openedLayer, openingCalls } from './layer.ts';
import {
  type LayerNaming,
  mountOverlay,
  needsNames,
  type OverlayLayers,
  type OverlayOptions,
} from './mount-calls.ts';
import { exchanged, type OverlayDirectories, openDirectories } from './opened-directories.ts';
import type { RootDirectory } from './root-directory.ts';

export type Writable =
  | ({ readonly kind: 'directories' } & OverlayDirectories)
  | { readonly kind: 'tmpfs'; readonly size?: string };

export interface OverlaySource {
  readonly actor: Extract<Actor, 'stub' | 'init'>;
  /** Not in the initial user namespace. */
  readonly userxattr: boolean;
  /** The rootfs, then the layers below it; absolute. */
  readonly lowers: readonly string[];
  readonly writable: Writable;
  readonly root: RootDirectory | undefined;
  readonly pointer: string;
  /** What to do where the kernel does not mount it; undefined for an error. */
  readonly fallback?: (failure: Failure, tree: Call) => readonly Step[] | RuntimeError | undefined;
}

/** @returns the steps, and the call whose result is the mount, whichever way it came about */
export function overlaySteps(source: OverlaySource): {
  readonly steps: readonly Step[];
  readonly tree: Call;
} {
  // Several ways may be tried: the descriptor that all of them end in is there from the beginning.
  const tree = openat(AT_FDCWD, '/', O_PATH);
  const reserve = step(source.actor, 'reserve a descriptor for the root', source.pointer, [tree]);
  return { tree, steps: [reserve, ...ways(source, tree)] };
}

function ways(source: OverlaySource, tree: Call): readonly Step[] {
  const { writable } = source;
  if (writable.kind === 'tmpfs') return [tmpfsStep(source, writable.size, tree, 'detached')];
  return [overDirectories(source, writable, tree)];
}

const TITLE = 'mount the overlay root';

function overDirectories(source: OverlaySource, directories: OverlayDirectories, tree: Call): Step {
  const { actor, pointer, lowers, userxattr, root } = source;
  const { upper, work, calls, verify } = openDirectories(directories, pointer);
  const layers = { lower: lowers.map(layer), writable: { upper, work } };
  const opened = openingCalls([...layers.lower, upper, work]);
  const handOver = actor === 'init' ? ownRoot(upper.opened, root) : [];
  const mount = (naming: LayerNaming) =>
    mounted(layers, { userxattr, volatile: !directories.kept }, tree, naming);
  const explain = (failure: Failure) => {
    if (failure.call.name === 'openat2' && failure.errno === ELOOP)
      return exchanged(directories.base, pointer);
    const instead = recover(source, tree).recover(failure);
    if (!Array.isArray(instead)) return instead;
    return [step(actor, 'close the layers of the root', pointer, opened.map(close)), ...instead];
  };
  const byName = (context: Call) =>
    step(actor, 'name the layers of the root', pointer, [close(context)], {
      check: (results) => {
        verify(results);
        return [step(actor, TITLE, pointer, mount(results), { recover: explain })];
      },
    });
  const first = mount('descriptor');
  const [context] = first as [Call];
  return step(actor, TITLE, pointer, [...calls, ...openingCalls(layers.lower), ...handOver, ...first], {
    observe: verify,
    recover: (failure) => (needsNames(failure) ? [byName(context)] : explain(failure)),
  });
}

function mounted(
  layers: OverlayLayers,
  options: OverlayOptions,
  tree: Call,
  naming: LayerNaming,
): readonly Call[] {
  const { calls, mount } = mountOverlay(layers, options, naming);
  const opened = openingCalls([
    ...layers.lower,
    ...(layers.writable ? [layers.writable.upper, layers.writable.work] : []),
  ]);
  return [...calls, call('dup3', mount, tree, O_CLOEXEC), close(mount), ...opened.map(close)];
}

function recover(source: OverlaySource, tree: Call) {
  return {
    recover: (failure: Failure) => {
      const instead = source.fallback?.(failure, tree);
      return instead ?? explainOverlay(failure, source);
    },
  };
}

/** The owner of the root, if it is not the one who made the upper directory. */
function ownRoot(upper: Call, root: RootDirectory | undefined): readonly Call[] {
  return root?.owner ? [ignoreErrors(fchownat(upper, '', root.owner.uid, root.owner.gid))] : [];
}

/**
 * Upper and work directory in a tmpfs that is attached nowhere. Kernels before 6.15 take layers only from mounts
 * that are attached: there it is, for a moment, in a mount namespace that is the container's or the stub's own.
 */
function tmpfsStep(
  source: OverlaySource,
  size: string | undefined,
  tree: Call,
  how: 'detached' | 'attached',
): Step {
  const { actor, pointer, lowers } = source;
  const fs = fsopen('tmpfs');
  const memory = fsmount(fs, 0);
  // The place where it is attached covers what is there: layers have to be open by then.
  const layers = {
    lower: lowers.map(how === 'attached' ? openedLayer : layer),
    writable: { upper: inMemory(memory, 'upper'), work: inMemory(memory, 'work') },
  };
  const opened = openingCalls([...layers.lower, layers.writable.upper, layers.writable.work]);
  const [upper, work] = opened.slice(-2) as [Call, Call];
  const calls = [
    ...(how === 'attached' && actor === 'stub'
      ? [unshare(CLONE_NEWNS), mountPropagation('/', MS_REC | MS_PRIVATE)]
      : []),
    ...[fs, fsconfigString(fs, 'source', 'tsrun-overlay'), fsconfigString(fs, 'mode', '0700')],
    ...(size === undefined ? [] : [fsconfigString(fs, 'size', size)]),
    ...[fsconfigCreate(fs), memory, close(fs)],
    ...opened.slice(0, -2),
    ...(how === 'attached' ? attach(memory, lowers[0] ?? '/') : []),
    ...[mkdirat(memory, 'upper', 0o700), mkdirat(memory, 'work', 0o700), upper, work],
    ...adorn(memory, upper, source.root),
  ];
  return step(actor, 'make a tmpfs for the layer of the root', pointer, calls, {
    recover: (failure) => explainOverlay(failure, source),
    check: (results) => [memoryMount(source, layers, size, tree, memory, how, results)],
  });
}

function inMemory(memory: Call, path: string): Layer {
  return { path, opened: openat(memory, path, O_PATH | O_DIRECTORY) };
}

function attach(memory: Call, place: string): readonly Call[] {
  const target = openat(AT_FDCWD, place, O_PATH | O_DIRECTORY);
  return [target, moveMount(memory, target), close(target)];
}

function adorn(memory: Call, upper: Call, root: RootDirectory | undefined): readonly Call[] {
  if (!root) return [];
  return [...ownRoot(upper, root), ignoreErrors(call('fchmodat', memory, 'upper', root.mode))];
}

function memoryMount(
  source: OverlaySource,
  layers: OverlayLayers,
  size: string | undefined,
  tree: Call,
  memory: Call,
  how: 'detached' | 'attached',
  results: Results,
): Step {
  const options = { userxattr: source.userxattr, volatile: false };
  const detach = how === 'attached' ? unattach(memory) : [];
  const calls = [...mounted(layers, options, tree, results), ...detach, close(memory)];
  return step(source.actor, TITLE, source.pointer, calls, {
    recover: (failure) =>
      how === 'detached' && failure.call.name === 'fsconfig' && failure.errno === EINVAL
        ? [tmpfsStep(source, size, tree, 'attached')]
        : recover(source, tree).recover(failure),
  });
}

function unattach(memory: Call): readonly Call[] {
  const before = openat(AT_FDCWD, '.', O_PATH | O_DIRECTORY);
  return [before, fchdir(memory), call('umount2', '.', MNT_DETACH), fchdir(before), close(before)];
}
