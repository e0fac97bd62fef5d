/**
 * `process.apparmorProfile` and `process.selinuxLabel`: what the process becomes when it executes its program.
 * apparmor(7), aa_change_onexec(2), setexeccon(3), proc_pid_attr(5).
 *
 * A process can only write its own label, and a clone inherits what was written. `exec` has it written by the stub
 * before it joins anything. The container's first process writes it last of all in `create`: the hooks before that
 * are not the container's, those of `start` are. Either way it stands before no_new_privs and before any filter.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { type Actor, type Step, step } from '../init/step.ts';
import { tolerate } from '../kernel/call.ts';
import { close, write } from '../kernel/calls/file.ts';
import { O_WRONLY } from '../kernel/constants/file.ts';
import { describeErrno, EACCES, EINVAL, ENOENT, errnoName } from '../kernel/errno.ts';
import type { Process } from '../spec/types.ts';
import { type HostProc, hostProc, openBelowProc } from './host-proc.ts';

type Labels = Pick<Process, 'apparmorProfile' | 'selinuxLabel'>;

const APPARMOR = '/process/apparmorProfile';
const SELINUX = '/process/selinuxLabel';

interface Label {
  readonly open: readonly Step[];
  readonly write: Step;
}

/** For the container's first process. */
export interface InitLabels {
  /** In the stub, while the mounts are the machine's. */
  readonly outside: readonly Step[];
  /** The first things in the init. */
  readonly begin: readonly Step[];
  /** The last things before it waits. */
  readonly apply: readonly Step[];
}

/** @param keyring whether it gets a session keyring, which is to have the label too */
export function initLabels(process: Labels, keyring: boolean): InitLabels {
  const pointer = firstPointer(process);
  if (pointer === undefined) return { outside: [], begin: [], apply: [] };
  const proc = hostProc('stub', pointer);
  const labels = labelsOf(process, 'init', proc);
  return {
    outside: [proc.open],
    begin: [
      ...labels.flatMap(({ open }) => open),
      ...(keyring && process.selinuxLabel ? [keyLabelStep('init', process.selinuxLabel, proc)] : []),
      step('init', 'close "/proc"', pointer, [close(proc.directory)]),
    ],
    apply: labels.map((label) => label.write),
  };
}

/** For the stub of `exec`, before it joins the container. */
export function execLabelSteps(process: Labels, keyring: boolean): readonly Step[] {
  const pointer = firstPointer(process);
  if (pointer === undefined) return [];
  const proc = hostProc('stub', pointer);
  return [
    proc.open,
    ...labelsOf(process, 'stub', proc).flatMap((label) => [...label.open, label.write]),
    ...(keyring && process.selinuxLabel ? [keyLabelStep('stub', process.selinuxLabel, proc)] : []),
    step('stub', 'close "/proc"', pointer, [close(proc.directory)]),
  ];
}

function firstPointer({ apparmorProfile, selinuxLabel }: Labels): string | undefined {
  if (apparmorProfile) return APPARMOR;
  return selinuxLabel ? SELINUX : undefined;
}

function labelsOf({ apparmorProfile, selinuxLabel }: Labels, actor: Actor, proc: HostProc): readonly Label[] {
  return [
    ...(apparmorProfile ? [appArmor(apparmorProfile, actor, proc)] : []),
    ...(selinuxLabel ? [selinux(selinuxLabel, actor, proc)] : []),
  ];
}

function appArmor(profile: string, actor: Actor, { directory }: HostProc): Label {
  // Since 5.8 it has files of its own, which are its own beside another security module too.
  const own = openBelowProc(directory, 'self/attr/apparmor/exec', O_WRONLY);
  const shared = openBelowProc(directory, 'self/attr/exec', O_WRONLY);
  const name = 'open the AppArmor attributes';
  const fallBack = step(actor, name, APPARMOR, [shared], {
    // A kernel without any security module.
    recover: ({ errno }) => (errno === ENOENT ? appArmorRefused(profile, EINVAL) : undefined),
    check: (results, live) => {
      live.define(own, results.value(shared));
      return undefined;
    },
  });
  const open = step(actor, name, APPARMOR, [own], {
    recover: ({ errno }) => (errno === ENOENT ? [fallBack] : undefined),
  });
  const set = write(own, `exec ${profile}`);
  // Without AppArmor every process is unconfined.
  const calls = [profile === 'unconfined' ? tolerate(set, EINVAL) : set, close(own)];
  const apply = step(actor, `apply the AppArmor profile "${profile}"`, APPARMOR, calls, {
    recover: ({ errno }) => appArmorRefused(profile, errno),
  });
  return { open: [open], write: apply };
}

const APPARMOR_HINTS: Readonly<Record<number, string>> = {
  [EINVAL]:
    'AppArmor is not enabled on this machine (/sys/module/apparmor/parameters/enabled): remove the profile',
  [ENOENT]: 'no such profile is loaded: aa-status lists them, apparmor_parser -r FILE loads one',
  [EACCES]: 'the profile that tsrun itself runs under does not allow the change: aa-status shows it',
};

function appArmorRefused(profile: string, errno: number): RuntimeError {
  const message = `cannot apply the AppArmor profile "${profile}": write: ${describeErrno(errno)}`;
  return refused(message, APPARMOR, errno, APPARMOR_HINTS[errno]);
}

function selinux(label: string, actor: Actor, { directory }: HostProc): Label {
  const file = openBelowProc(directory, 'self/attr/exec', O_WRONLY);
  return {
    open: [step(actor, 'open the SELinux attributes', SELINUX, [file])],
    write: step(actor, `apply the SELinux label "${label}"`, SELINUX, [write(file, label), close(file)], {
      recover: ({ errno }) => selinuxRefused(label, errno),
    }),
  };
}

/** Until the next execve(2), keys that the process makes have the label: its session keyring. */
function keyLabelStep(actor: Actor, label: string, { directory }: HostProc): Step {
  const file = openBelowProc(directory, 'self/attr/keycreate', O_WRONLY);
  return step(actor, 'label the session keyring', SELINUX, [file, write(file, label), close(file)], {
    recover: ({ errno }) => selinuxRefused(label, errno),
  });
}

const SELINUX_HINTS: Readonly<Record<number, string>> = {
  [EINVAL]: 'SELinux is not enabled on this machine, or its policy does not know the label: sestatus tells',
  [EACCES]: 'the policy does not let tsrun set it: see ausearch -m avc',
};

function selinuxRefused(label: string, errno: number): RuntimeError {
  const message = `cannot apply the SELinux label "${label}": write: ${describeErrno(errno)}`;
  return refused(message, SELINUX, errno, SELINUX_HINTS[errno]);
}

function refused(message: string, pointer: string, errno: number, hint: string | undefined): RuntimeError {
  return new RuntimeError('system', message, {
    ...{ pointer, call: 'write', errno: errnoName(errno) },
    ...(hint === undefined ? {} : { hint }),
  });
}
