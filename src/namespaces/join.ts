/** Joins namespaces that exist already: setns(2), ioctl_ns(2), config-linux.md (Namespaces, `path`). */
import { RuntimeError } from '../errors/runtime-error.ts';
import { type CallStep, type Step, step } from '../init/step.ts';
import { type Call, ignoreErrors, type Results, tolerate } from '../kernel/call.ts';
import { close, ioctl, openat } from '../kernel/calls/file.ts';
import { setns } from '../kernel/calls/namespace.ts';
import { AT_FDCWD, O_NONBLOCK, O_RDONLY } from '../kernel/constants/file.ts';
import { describeErrno, EACCES, EINVAL, ENOENT, EPERM, errnoName } from '../kernel/errno.ts';
import type { Namespace } from '../spec/types.ts';
import { type JoinedNamespace, joined, namespaceKinds } from './kinds.ts';

/** ioctl_ns(2): which `CLONE_*` the namespace is. */
const NS_GET_NSTYPE = 0xb703;

interface Opened extends JoinedNamespace {
  readonly fd: Call;
}

/**
 * What the first stub does before it clones the init. All namespaces are opened before one is joined: their paths
 * are our mount namespace's. pid and time are joined by the stub's children only, so that the init is in them.
 *
 * The offsets of a new time namespace are written through /proc, which a joined mount namespace hides: have them
 * written first.
 *
 * @param privileged whether we have CAP_SYS_ADMIN before joining
 */
export function joinSteps(namespaces: readonly Namespace[], privileged: boolean): readonly Step[] {
  const opened = joined(namespaces).map(open);
  if (opened.length === 0) return [];
  const user = opened.find(({ kind }) => kind.type === 'user');
  const others = opened.filter((one) => one !== user);
  return [
    ...opened.map(openStep),
    ...(user ? joinWithUser(user, others, privileged) : others.map((one) => joinStep(one))),
    // The init must hold no handle on anything outside.
    step(
      'stub',
      'close the joined namespaces',
      '',
      opened.map(({ fd }) => close(fd)),
    ),
  ];
}

/**
 * Root's rights on the others may end with joining the user namespace, and an ordinary user's begin with it. So
 * root joins first what it may, then the user namespace, then what was refused before.
 */
function joinWithUser(user: Opened, others: readonly Opened[], privileged: boolean): readonly Step[] {
  if (!privileged) return [joinStep(user), ...others.map((one) => joinStep(one))];
  const first = others.map((one) => ({ ...one, attempt: tolerate(setns(one.fd, one.kind.flag), EPERM) }));
  const again = (results: Results) =>
    first.filter(({ attempt }) => results.value(attempt) === -EPERM).map((one) => joinStep(one));
  return [...first.map((one) => joinStep(one, one.attempt)), { ...joinStep(user), check: again }];
}

function open(namespace: JoinedNamespace): Opened {
  // A FIFO must not hold us up.
  return { ...namespace, fd: openat(AT_FDCWD, namespace.path, O_RDONLY | O_NONBLOCK) };
}

function openStep({ kind, path, pointer, fd }: Opened): Step {
  const type = ignoreErrors(ioctl(fd, NS_GET_NSTYPE, 0));
  return step('stub', `open the ${kind.type} namespace "${path}"`, pointer, [fd, type], {
    recover: ({ errno }) => openFailed(kind.type, path, pointer, errno),
    check: (results) => mustBe(kind.flag, results.value(type), { kind, path, pointer }),
  });
}

function openFailed(type: string, path: string, pointer: string, errno: number): RuntimeError {
  const hint =
    errno === ENOENT
      ? 'the process is gone, or nobody keeps the namespace: does the file exist?'
      : errno === EACCES || errno === EPERM
        ? 'a namespace in /proc/PID/ns can be opened by who may trace the process: its owner, or root'
        : undefined;
  return new RuntimeError(
    'config',
    `cannot open the ${type} namespace "${path}": openat: ${describeErrno(errno)}`,
    {
      pointer,
      call: 'openat',
      errno: errnoName(errno),
      ...(hint !== undefined && { hint }),
    },
  );
}

function mustBe(flag: number, found: number, { kind, path, pointer }: JoinedNamespace): undefined {
  if (found === flag) return;
  const actual = namespaceKinds.find((other) => other.flag === found);
  const what = actual ? `a ${actual.type} namespace` : 'no namespace';
  throw new RuntimeError('config', `"${path}" is ${what}, and not a ${kind.type} namespace`, {
    pointer,
    hint: actual
      ? `its type would be "${actual.type}"`
      : `a namespace is a file such as /proc/PID/ns/${kind.file}, or a bind mount of one`,
  });
}

function joinStep({ kind, path, pointer, fd }: Opened, call = setns(fd, kind.flag)): CallStep {
  return step('stub', `join the ${kind.type} namespace "${path}"`, pointer, [call], {
    recover: ({ errno }) =>
      new RuntimeError(
        'system',
        `cannot join the ${kind.type} namespace "${path}": setns: ${describeErrno(errno)}`,
        { pointer, call: 'setns', errno: errnoName(errno), ...joinHint(kind.type, errno) },
      ),
  });
}

function joinHint(type: string, errno: number): { readonly hint?: string } {
  if (type === 'user') {
    if (errno === EINVAL) return { hint: 'it is the user namespace that tsrun runs in: remove its path' };
    if (errno === EPERM) return { hint: 'only its owner, and root of the namespaces around it, may join it' };
  }
  if (errno !== EPERM) return {};
  return {
    hint: 'joining needs CAP_SYS_ADMIN in the user namespace that owns it: join that one too (add {"type": "user", "path": …}), or run as root',
  };
}
