/**
 * A container being made: the claim on its id, its record, the execution of the plan, and the undoing of all of
 * it when a step fails.
 */

import { freezerFile } from '../cgroups/freezer.ts';
import { refuseOccupied } from '../cgroups/occupied.ts';
import { systemdManager } from '../cgroups/systemd/manager.ts';
import { inFile } from '../errors/in-file.ts';
import { runInContainer } from '../hooks/container-hooks.ts';
import { requireOwnProc } from '../host/own-proc.ts';
import { identify, type ProcessIdentity, pidScope } from '../host/process-identity.ts';
import { checksum } from '../kernel/bytes.ts';
import { call } from '../kernel/call.ts';
import { stages } from '../log/stages.ts';
import { isNew } from '../namespaces/kinds.ts';
import { type CreatePlan, createPlan } from '../plan/create-plan.ts';
import { Execution } from '../plan/execution.ts';
import type { ContainerRequest } from '../plan/request.ts';
import { type WaitPlan, waitSteps } from '../plan/wait-plan.ts';
import { usesDataDirectory } from '../rootfs/overlay/root.ts';
import { compiledFilter } from '../seccomp/compiled.ts';
import { type Filter, filterOf, isListenedTo } from '../seccomp/load.ts';
import { warn } from '../spec/warnings.ts';
import { readBundle } from './bundle.ts';
import { checkConsole, connectTo, OwnConsole } from './console.ts';
import { checkContainerId } from './container-id.ts';
import type { CreateOptions } from './create.ts';
import { destroyOrWarn } from './destroy.ts';
import { connectToInit, listenForDriver } from './init-socket.ts';
import { init, memoryLimitTooLow } from './memory-limit-too-low.ts';
import { prepareNotify } from './notify.ts';
import { inodesOf } from './own-cgroups.ts';
import { containerRequest } from './request.ts';
import type { Runtime } from './runtime.ts';
import { checkAgent, withAgent } from './seccomp-agent.ts';
import { makeStartFifo } from './start-fifo.ts';
import { StateDirectory } from './state-directory.ts';
import { RECORD_VERSION, type StateRecord } from './state-record.ts';
import { endedByFilter, fifo, hasStartHooks, listener, waitingPlan, waitsFiltered } from './waiting.ts';

/** Stands for a descriptor that is opened when the plan is executed. */
export const consoleReceiver = call('socket');

/** How the container will be driven. */
export interface Ways {
  /** It waits for `start`. */
  readonly waits: boolean;
  /** We will be gone while it runs. */
  readonly detached: boolean;
}

export class Construction {
  readonly request: ContainerRequest;
  readonly execution: Execution;
  readonly directory: StateDirectory;
  readonly plan: CreatePlan;
  /** Of the container's terminal, when built; only where we are to serve it ourselves. */
  master: number | undefined;
  /** Of its system calls, where the configuration asks for one: see `compileFilter`. */
  filter: Filter | undefined;
  readonly #runtime: Runtime;
  readonly #options: CreateOptions;
  readonly #listens: boolean;
  readonly #hasFifo: boolean;
  readonly #ways: Ways;
  #keepFilter: (() => void) | undefined;
  #record: StateRecord;

  /** Reads and plans; nothing is done yet. @throws RuntimeError */
  constructor(runtime: Runtime, options: CreateOptions, ways: Ways) {
    checkContainerId(options.id);
    this.#runtime = runtime;
    this.execution = new Execution(runtime.log);
    this.#options = options;
    const bundle = readBundle(options.bundle, options.config, runtime.log);
    const { process, hooks } = bundle.config;
    checkConsole(process.terminal ?? false, ways.detached, options.consoleSocket);
    this.directory = new StateDirectory(runtime.root, options.id);
    // systemd would say that its unit is there.
    if (runtime.systemdCgroup) this.directory.refuseTaken();
    this.request = containerRequest(
      runtime,
      options,
      bundle,
      runtime.systemdCgroup ? systemdManager : undefined,
    );
    this.#ways = ways;
    this.#listens = runInContainer(hooks);
    this.#hasFifo = ways.waits && !hasStartHooks(hooks);
    this.plan = createPlan(this.request, {
      listener: this.#listens ? listener : undefined,
      fifo: this.#hasFifo ? fifo : undefined,
      connect: () => connectToInit(this.directory),
      console: process.terminal ? consoleReceiver : undefined,
      onHelper: (pid) => this.#save({ helper: identify(pid) }),
    });
    this.#record = this.#firstRecord();
  }

  /** What is known of the container so far. */
  get record(): StateRecord {
    return this.#record;
  }

  /** Executes the plan. @throws RuntimeError; then nothing is left of the container */
  build(): void {
    // The init's files in it are written to.
    requireOwnProc();
    this.compileFilter();
    this.directory.claim();
    this.#refuseOccupied();
    try {
      prepareNotify(this.directory);
      this.#execute();
    } catch (error) {
      throw this.#fail(error);
    }
  }

  /** Does what makes the container complete. @throws RuntimeError; then nothing is left of the container */
  async orUndo<T>(act: () => T | Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw this.#fail(error);
    }
  }

  /** Still, nothing is done. @throws RuntimeError */
  compileFilter(): void {
    const { config, configFile } = this.request;
    const profile = config.linux?.seccomp;
    if (!profile) return;
    try {
      const { program, keep, warnings } = compiledFilter(profile, this.#runtime.root);
      for (const problem of warnings) warn(this.#runtime.log, configFile, problem);
      this.#keepFilter = keep;
      this.filter = filterOf(profile, program, this.request.host.identity.isRootless);
      const filtered = this.#ways.waits && waitsFiltered(this.filter, config);
      if (filtered) this.#record = { ...this.#record, filtered };
      if (!isListenedTo(this.filter)) return;
      if (this.#ways.waits && !filtered) checkAgent(config);
      else {
        const status = filtered ? 'creating' : 'created';
        this.filter = withAgent(this.filter, config, this.#record, () => status);
      }
    } catch (error) {
      throw inFile(error, configFile);
    }
  }

  /** Before anything is recorded: what is undone must not be another container's. */
  #refuseOccupied(): void {
    try {
      refuseOccupied(this.request.cgroups.directories);
    } catch (error) {
      this.directory.remove();
      throw error;
    }
  }

  /** Undoes everything. @returns the error, as well as it can be explained */
  #fail(error: unknown): unknown {
    const { cgroups, systemd } = this.#record;
    const victim = { ...init, vanishes: systemd !== undefined };
    const explained = memoryLimitTooLow(error, cgroups, this.request.config, victim);
    this.undo();
    return inFile(explained, this.request.configFile);
  }

  /** Takes everything apart again. */
  undo(): void {
    this.execution.disconnect();
    // A cgroup with processes in it is another container's.
    const cgroups = this.plan.cgroups.occupied ? [] : this.#record.cgroups;
    const record = { ...this.#record, ...this.#unrecorded(), cgroups };
    destroyOrWarn(record, this.directory, this.#runtime.log);
  }

  /** A first process that came to be, and did not get into the record. */
  #unrecorded(): ProcessIdentity | undefined {
    const { pid } = this.execution;
    if (pid === this.#record.pid) return undefined;
    try {
      return identify(pid);
    } catch {
      // It ends with its control socket.
      return undefined;
    }
  }

  #execute(): void {
    // What is to be undone is written down before it is done.
    this.#save(this.filter ? { filter: checksum(this.filter.program) } : {});
    this.directory.freezeConfig(this.request.config);
    if (this.filter) this.directory.writeFilter(this.filter.program);
    this.#keepFilter?.();
    const terminal = this.#openConsole();
    if (this.#listens) this.execution.define(listener, listenForDriver(this.directory));
    if (this.#hasFifo) this.execution.define(fifo, makeStartFifo(this.directory));
    const { log } = this.#runtime;
    log.debug(stages.setup);
    this.execution.execute(this.plan.before, this.plan.inside);
    const { pid } = this.execution;
    // Before the init hides itself.
    const init = identify(pid);
    // As long as it is not recorded, it ends with this process, which alone drives it.
    this.execution.whileWaiting(() => this.#save(init));
    log.debug(stages.inside, { pid });
    this.execution.execute(this.plan.inside);
    this.master = terminal?.receive();
    const { findings, cgroups } = this.plan;
    const cgroupInodes = inodesOf(this.#record.cgroups, cgroups.refused);
    this.#save({
      phase: 'created',
      cgroupInodes,
      ...findings,
      ...(this.#listens ? { listener: this.#listener() } : {}),
    });
    if (this.#ways.waits) this.#wait();
    log.debug(stages.complete);
  }

  /** What the waiting process has to be, and do, before it says that it waits. */
  waiting(record: StateRecord): WaitPlan {
    const { directory, filter, request } = this;
    return waitingPlan({ record, config: request.config, directory, filter }, this.#listens);
  }

  #wait(): void {
    try {
      this.execution.execute(waitSteps(this.waiting(this.#record)));
    } catch (error) {
      const [command = ''] = this.request.config.process.args ?? [];
      throw (this.filter && endedByFilter(error, command, this.execution.pid)) ?? error;
    }
  }

  #listener(): number {
    return this.execution.results.value(listener);
  }

  #save(change: Partial<StateRecord>): void {
    this.#record = { ...this.#record, ...change };
    this.directory.write(this.#record);
  }

  #firstRecord(): StateRecord {
    const { config, rootfs, id, bundle, host, overlay, dataDirectory, idMaps, preserveFds } = this.request;
    const { nested, resctrl, systemd, keyring } = this.request;
    const freezer = freezerFile(this.request.cgroups.directories);
    return {
      version: RECORD_VERSION,
      ociVersion: config.ociVersion,
      id,
      phase: 'creating',
      pid: 0,
      ...pidScope(),
      bundle,
      rootfs,
      created: new Date().toISOString().replace('Z', '000000Z'),
      ...(config.annotations ? { annotations: config.annotations } : {}),
      ownerUid: host.identity.euid,
      capabilities: host.identity.capabilities.toString(16),
      cgroups: this.request.cgroups.directories.map(({ path }) => path),
      ...(systemd ? { systemd: systemd.unit } : {}),
      ...(resctrl ? { resctrl: { joined: resctrl.joined, made: resctrl.made } } : {}),
      ...(freezer === undefined ? {} : { freezer }),
      ...(isNew(config.linux?.namespaces ?? [], 'pid') ? {} : { sharesPids: true }),
      ...(usesDataDirectory(overlay) ? { dataDirectory: dataDirectory() } : {}),
      userNamespace: idMaps !== undefined,
      ...(idMaps ? { idMaps } : {}),
      ...(nested ? { nested: { uid: nested.uid, gid: nested.gid } } : {}),
      hasPoststop: (config.hooks?.poststop?.length ?? 0) > 0,
      preserveFds,
      ...(keyring === undefined ? {} : { keyring }),
    };
  }

  #openConsole(): OwnConsole | undefined {
    if (!this.request.config.process.terminal) return undefined;
    const { consoleSocket } = this.#options;
    const own = consoleSocket ? undefined : new OwnConsole();
    this.execution.define(consoleReceiver, own ? own.sender : connectTo(consoleSocket ?? ''));
    return own;
  }
}
