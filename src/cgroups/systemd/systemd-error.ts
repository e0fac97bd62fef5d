/** What systemd answers, in words that say what to do. */
import type { BusFailure } from '../../dbus/bus.ts';
import { RuntimeError } from '../../errors/runtime-error.ts';

/** The name of an error without what is in front of its last dot: `UnitExists`. */
export function errorName({ name }: BusFailure): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** @param verb fits behind "cannot": `start the unit "web.scope"` */
export function systemdError(verb: string, failure: BusFailure): RuntimeError {
  const hint = hints[errorName(failure)];
  return new RuntimeError('cgroup', `cannot ${verb}: systemd: ${failure.message} (${failure.name})`, {
    pointer: '/linux/cgroupsPath',
    ...(hint === undefined ? {} : { hint }),
  });
}

export function unreachable(address: string, error: unknown): RuntimeError {
  const why = error instanceof Error ? error.message : `${error}`;
  const isLate = error instanceof RuntimeError && error.details.errno === 'ETIMEDOUT';
  return new RuntimeError('cgroup', `cannot speak with systemd at "${address}": ${why}`, {
    cause: error,
    hint: isLate
      ? BUSY
      : 'is it this user’s, and running? systemctl status, or systemctl --user status; or use --cgroup-manager cgroupfs',
  });
}

const BUSY = 'systemd is busy, or hangs: systemctl list-jobs';

const permission =
  "only root may ask the machine's systemd for units; an ordinary user's containers are with the user's own systemd, see --rootless";

const hints: Readonly<Record<string, string>> = {
  InteractiveAuthorizationRequired: permission,
  AccessDenied: permission,
  UnitExists:
    'another container or service has a unit of this name: choose another id or linux.cgroupsPath, or stop it: systemctl stop UNIT',
  ServiceUnknown:
    'systemd is not on that bus: use --cgroup-manager cgroupfs where the machine is not booted with it',
  NameHasNoOwner:
    'systemd is not on that bus: use --cgroup-manager cgroupfs where the machine is not booted with it',
  PropertyReadOnly:
    'this version of systemd has no such property: see the annotations org.systemd.property.*',
  UnknownProperty: 'this version of systemd has no such property: see the annotations org.systemd.property.*',
  NoReply: BUSY,
  Timeout: BUSY,
};

const results: Readonly<Record<string, string>> = {
  failed: 'has the process ended, or is it in another pid namespace? journalctl -e',
  canceled: 'somebody stopped the unit at the same time',
  timeout: BUSY,
  dependency: 'its slice could not be started: systemctl status SLICE',
};

/** @param result of the job, see `JobRemoved` in org.freedesktop.systemd1(5); undefined where it did not end */
export function jobError(verb: string, result: string | undefined): RuntimeError {
  const hint = results[result ?? 'timeout'];
  return new RuntimeError('cgroup', `cannot ${verb}: systemd's job ended as "${result ?? 'timeout'}"`, {
    pointer: '/linux/cgroupsPath',
    ...(hint === undefined ? {} : { hint }),
  });
}
