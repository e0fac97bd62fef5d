/**
 * Entries of `mounts` whose type is `overlay`. The options go to the kernel as they are; but what is odd about a
 * path (`:`, `,`, `\`, its length) does not matter, and in a user namespace `userxattr` is there.
 */
import { type Step, step } from '../../init/step.ts';
import type { Call, Failure, FdArg, Results } from '../../kernel/call.ts';
import { close } from '../../kernel/calls/file.ts';
import { fsconfigCreate, fsconfigString, fsmount, fsopen, moveMount } from '../../kernel/calls/mount.ts';
import { O_DIRECTORY } from '../../kernel/constants/file.ts';
import type { Mount } from '../../spec/types.ts';
import type { MountRequest } from '../mount-options.ts';
import { fsOption, propagate, superblockFlag } from '../new-filesystem.ts';
import { stepOnTarget } from '../target.ts';
import { explainOverlay, type RefusedOverlay } from './explain.ts';
import { layer, openingCalls } from './layer.ts';
import { layerCalls, type OverlayLayers } from './mount-calls.ts';

export interface OverlayEntryContext {
  /** The root's mount. */
  readonly root: FdArg;
  readonly inUserNamespace: boolean;
}

/** Executed by the init, like every other entry. */
export function overlayMountStep(
  { destination, source = 'overlay' }: Mount,
  request: MountRequest,
  pointer: string,
  { root, inUserNamespace }: OverlayEntryContext,
): Step {
  const { lower, upper, work, others } = splitOptions(request.data);
  const layers: OverlayLayers = {
    lower: lower.map(layer),
    ...(upper !== undefined &&
      work !== undefined && { writable: { upper: layer(upper), work: layer(work) } }),
  };
  const halves = layers.writable ? [] : request.data.filter((option) => /^(?:upper|work)dir=/.test(option));
  const flags = inUserNamespace && !others.includes('userxattr') ? ['userxattr'] : [];
  const options = [...halves, ...others, ...flags];
  const refused = describe(destination, pointer, lower, layers, options.includes('userxattr'));
  const name = `mount "overlay" at "${destination}"`;
  const explain = (failure: Failure) => explainOverlay(failure, refused);
  const mountIt = (results: Results) =>
    stepOnTarget({
      name,
      pointer,
      root,
      path: destination,
      missing: 'directory',
      flags: O_DIRECTORY,
      calls: (target) => {
        const { calls, tree } = newOverlay(layers, source, options, request, results);
        return [...calls, moveMount(tree, target), ...propagate(tree, request), close(tree), close(target)];
      },
      // What fails on the way to the destination says so itself.
      recover: (errno, call) =>
        call.name === 'fsconfig' || call.name === 'fsopen' ? explain({ call, errno }) : undefined,
    });
  const opening = openingCalls([...layers.lower, ...(layers.writable ? Object.values(layers.writable) : [])]);
  if (opening.length === 0) return mountIt(noResults);
  const closing = step('init', 'close the layers', pointer, opening.map(close));
  return step('init', `open the layers of "${destination}"`, pointer, opening, {
    recover: explain,
    check: (results) => [mountIt(results), closing],
  });
}

const noResults: Results = {
  value: ({ name }) => {
    throw new TypeError(`the result of ${name} is not known yet`);
  },
  bytes: () => new Uint8Array(),
};

function newOverlay(
  layers: OverlayLayers,
  source: string,
  options: readonly string[],
  { attributes, superblock }: MountRequest,
  results: Results,
): { readonly calls: readonly Call[]; readonly tree: Call } {
  const fs = fsopen('overlay');
  const tree = fsmount(fs, attributes.set);
  const calls = [
    ...[fs, fsconfigString(fs, 'source', source)],
    ...superblock.map((parameter) => superblockFlag(fs, parameter)),
    ...(layers.lower.length > 0 ? layerCalls(fs, layers, results) : []),
    ...options.map((option) => fsOption(fs, option)),
    ...[fsconfigCreate(fs), tree, close(fs)],
  ];
  return { calls, tree };
}

export interface OverlayEntry {
  /** Empty where the option is written in a way that only the kernel understands. */
  readonly lower: readonly string[];
  readonly upper: string | undefined;
  readonly work: string | undefined;
  /** Options for the kernel. */
  readonly others: readonly string[];
}

/** In `lowerdir`, `:` separates and `\` quotes; `::` (layers of data only) is left to the kernel. */
export function splitOptions(data: readonly string[]): OverlayEntry {
  const value = (key: string) =>
    data.findLast((option) => option.startsWith(`${key}=`))?.slice(key.length + 1);
  const given = value('lowerdir') ?? '';
  const own = given === '' || given.includes('::') || given.startsWith(':') ? [] : splitLayers(given);
  const taken = ['upperdir=', 'workdir=', ...(own.length > 0 ? ['lowerdir='] : [])];
  return {
    lower: own,
    upper: unquoted(value('upperdir')),
    work: unquoted(value('workdir')),
    others: data.filter((option) => !taken.some((key) => option.startsWith(key))),
  };
}

function splitLayers(text: string): readonly string[] {
  return [...text.matchAll(/(?:[^:\\]|\\.)+/gsu)].map(([quoted]) => quoted.replace(/\\(.)/gs, '$1'));
}

/** mount(8) has `\,` for a comma. */
function unquoted(path: string | undefined): string | undefined {
  return path?.replace(/\\([\\:,])/g, '$1');
}

function describe(
  destination: string,
  pointer: string,
  lowers: readonly string[],
  { writable }: OverlayLayers,
  userxattr: boolean,
): RefusedOverlay {
  const directories = writable && {
    kind: 'directories' as const,
    upper: writable.upper.path,
    work: writable.work.path,
  };
  return { destination, pointer, lowers, userxattr, ...(directories && { writable: directories }) };
}
