/** What systemd is asked for: org.freedesktop.systemd1(5). */
import { type Bus, type BusAnswer, type BusMethod, type BusSignal, openBus } from '../../dbus/bus.ts';
import { escapeLabel } from '../../dbus/names.ts';
import type { BusValue, BusVariant } from '../../dbus/signature.ts';
import type { UnitProperty } from './property.ts';
import { errorName, jobError, systemdError, unreachable } from './systemd-error.ts';
import type { BusPlace } from './unit.ts';

const NAME = 'org.freedesktop.systemd1';
const MANAGER = `${NAME}.Manager`;
const PROPERTIES = 'org.freedesktop.DBus.Properties';
const ROOT = '/org/freedesktop/systemd1';

function managerMethod(member: string, signature: string, returns = ''): BusMethod {
  return { destination: NAME, path: ROOT, interface: MANAGER, member, signature, returns };
}

function managerSignal(member: string, signature: string): BusSignal {
  return { sender: NAME, interface: MANAGER, member, signature };
}

const startTransientUnit = managerMethod('StartTransientUnit', 'ssa(sv)a(sa(sv))', 'o');
const stopUnit = managerMethod('StopUnit', 'ss', 'o');
const resetFailedUnit = managerMethod('ResetFailedUnit', 's');
const setUnitProperties = managerMethod('SetUnitProperties', 'sba(sv)');
const attachProcesses = managerMethod('AttachProcessesToUnit', 'ssau');
const getUnit = managerMethod('GetUnit', 's', 'o');
const subscribe = managerMethod('Subscribe', '');
const jobRemoved = managerSignal('JobRemoved', 'uoss');
const unitRemoved = managerSignal('UnitRemoved', 'so');

const addMatch: BusMethod = {
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
  member: 'AddMatch',
  signature: 's',
  returns: '',
};

/** Milliseconds that a unit may be there once it has been stopped. */
const AFTERWARDS = 2000;

export class SystemdBus {
  readonly #bus: Bus;
  readonly #direct: boolean;
  #listens = false;

  /** @throws RuntimeError `cgroup` */
  constructor({ address, direct }: BusPlace) {
    this.#direct = direct;
    try {
      this.#bus = openBus(address, { direct });
    } catch (error) {
      throw unreachable(address, error);
    }
  }

  /** 252 @throws RuntimeError `cgroup` where it does not answer */
  version(): number {
    return Number(/\d+/.exec(`${this.#managerProperty('Version')}`)?.[0] ?? 0);
  }

  /** Below which its units are, from the root of the hierarchies; empty where that is the root. */
  controlGroup(): string {
    return `${this.#managerProperty('ControlGroup')}`;
  }

  /**
   * Starts a unit, and waits until it is there. What has failed under the same name is forgotten first.
   *
   * @throws RuntimeError `cgroup`
   */
  start(unit: string, properties: readonly UnitProperty[]): void {
    const verb = `start the unit "${unit}"`;
    this.#listen();
    const args = [unit, 'replace', properties.map(pair), []] as const;
    let answer = this.#call(startTransientUnit, args);
    if ('failure' in answer && errorName(answer.failure) === 'UnitExists') {
      this.#call(resetFailedUnit, [unit]);
      answer = this.#call(startTransientUnit, args);
    }
    if ('failure' in answer) throw systemdError(verb, answer.failure);
    const result = this.#resultOf(answer.values[0]);
    if (result === 'done') return;
    this.#call(resetFailedUnit, [unit]);
    throw jobError(verb, result);
  }

  /**
   * Stops a unit, and waits until systemd has forgotten it. One that is not there, is stopped.
   *
   * @throws RuntimeError `cgroup`
   */
  stop(unit: string): void {
    const verb = `stop the unit "${unit}"`;
    this.#listen();
    const answer = this.#call(stopUnit, [unit, 'replace']);
    if ('failure' in answer) {
      if (errorName(answer.failure) === 'NoSuchUnit') return;
      throw systemdError(verb, answer.failure);
    }
    if (this.#resultOf(answer.values[0]) === undefined) throw jobError(verb, undefined);
    // One that has failed would stay, and its name be taken.
    this.#call(resetFailedUnit, [unit]);
    this.#wait(unitRemoved, ([name]) => (name === unit ? true : undefined), AFTERWARDS);
  }

  /** Until the next boot. @throws RuntimeError `cgroup` */
  setProperties(unit: string, properties: readonly UnitProperty[]): void {
    const answer = this.#call(setUnitProperties, [unit, true, properties.map(pair)]);
    if ('failure' in answer) throw systemdError(`set properties of the unit "${unit}"`, answer.failure);
    // It writes the files once it has answered, and before it answers the next one.
    this.#managerProperty('Version');
  }

  /** @returns undefined where there is no such property or no such unit */
  property(unit: string, name: string): BusVariant | undefined {
    const answer = this.#call(getter(`${ROOT}/unit/${escapeLabel(unit)}`), [`${NAME}.Scope`, name]);
    return 'failure' in answer ? undefined : (answer.values[0] as BusVariant);
  }

  /** @throws RuntimeError `cgroup` for a unit that runs: it is somebody else's */
  refuseActive(unit: string): void {
    const answer = this.#call(getUnit, [unit]);
    if ('failure' in answer) return;
    const state = this.#call(getter(`${answer.values[0]}`), [`${NAME}.Unit`, 'ActiveState']);
    const isActive = 'values' in state && /^(re|de)?activ/.test(`${(state.values[0] as BusVariant).value}`);
    if (!isActive) return;
    const message = `Unit ${unit} already exists.`;
    throw systemdError(`start the unit "${unit}"`, { name: `${NAME}.UnitExists`, message });
  }

  /** Moves processes of the caller's own user into the cgroup of a unit. @throws RuntimeError `cgroup` */
  attach(unit: string, subCgroup: string, pids: readonly number[]): void {
    const answer = this.#call(attachProcesses, [unit, subCgroup, pids]);
    if ('failure' in answer) throw systemdError(`join the unit "${unit}"`, answer.failure);
  }

  [Symbol.dispose](): void {
    this.#bus[Symbol.dispose]();
  }

  #managerProperty(name: string): BusValue {
    const answer = this.#call(getter(ROOT), [MANAGER, name]);
    if ('failure' in answer) throw systemdError('speak with systemd', answer.failure);
    return (answer.values[0] as BusVariant).value;
  }

  /** Before anything is started: a job may end before its answer is read. */
  #listen(): void {
    if (this.#listens) return;
    this.#listens = true;
    if (!this.#direct) {
      const rule = `type='signal',sender='${NAME}',path='${ROOT}',interface='${MANAGER}'`;
      reaching(() => this.#bus.post(addMatch, [rule]));
    }
    reaching(() => this.#bus.post(subscribe, []));
  }

  #resultOf(job: BusValue | undefined): string | undefined {
    return this.#wait(jobRemoved, ([, path, , result]) => (path === job ? `${result}` : undefined));
  }

  #wait<T>(...args: Parameters<typeof Bus.prototype.waitForSignal<T>>): T | undefined {
    return reaching(() => this.#bus.waitForSignal(...args));
  }

  #call(method: BusMethod, args: readonly BusValue[]): BusAnswer {
    return reaching(() => this.#bus.call(method, args));
  }
}

/** @throws RuntimeError `cgroup` in place of any other */
function reaching<T>(ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    throw unreachable(NAME, error);
  }
}

function getter(path: string): BusMethod {
  return { destination: NAME, path, interface: PROPERTIES, member: 'Get', signature: 'ss', returns: 'v' };
}

function pair({ name, signature, value }: UnitProperty): BusValue {
  return [name, { signature, value }];
}
