/**
 * A container being made: the claim on its id, its record, the execution of the plan, and the undoing of all of
 * it when a step fails.
 */
import { closeSync, constants, openSync } from 'node:fs';
import { refuseOccupied } from '../cgroups/occupied.ts';
import { call } from '../kernel/call.ts';
import { bind, listen, socket } from '../kernel/calls/socket.ts';
import { AF_UNIX, SOCK_SEQPACKET } from '../kernel/constants/process.ts';
import { perform } from '../kernel/local.ts';
import { type CreatePlan, createPlan } from '../plan/create-plan.ts';
import { Execution } from '../plan/execution.ts';
import type { ContainerRequest } from '../plan/request.ts';
import { readBundle } from './bundle.ts';
import { checkConsole, connectTo } from './console.ts';
import { checkContainerId } from './container-id.ts';
import type { CreateOptions } from './create.ts';
import { destroy } from './destroy.ts';
import { processStatus } from './process-status.ts';
import { containerRequest } from './request.ts';
import type { Runtime } from './runtime.ts';
import { INIT_SOCKET, StateDirectory } from './state-directory.ts';
import type { StateRecord } from './state-record.ts';

/** Placeholders for descriptors that are open before the plan is executed. */
const listener = call('socket');
const consoleReceiver = call('socket');

export class Construction {
  readonly request: ContainerRequest;
  readonly execution = new Execution();
  readonly directory: StateDirectory;
  readonly #runtime: Runtime;
  readonly #options: CreateOptions;
  readonly plan: CreatePlan;
  #record: StateRecord;

  /**
   * Reads and plans; nothing is done yet.
   *
   * @param ways whether it will wait for `start`, and whether we will be gone while it runs
   */
  constructor(
    runtime: Runtime,
    options: CreateOptions,
    ways: { readonly waits: boolean; readonly detached: boolean },
  ) {
    checkContainerId(options.id);
    this.#runtime = runtime;
    this.#options = options;
    const bundle = readBundle(options.bundle, options.config, runtime.log);
    this.directory = new StateDirectory(runtime.root, options.id);
    this.request = containerRequest(runtime, options, bundle);
    const terminal = bundle.config.process.terminal ?? false;
    checkConsole(terminal, ways.detached, options.consoleSocket);
    this.plan = createPlan(this.request, {
      listener: ways.waits ? listener : undefined,
      console: terminal ? consoleReceiver : undefined,
    });
    this.#record = this.#firstRecord();
  }

  /** What is known of the container so far. */
  get record(): StateRecord {
    return this.#record;
  }

  /** Executes the plan. @throws RuntimeError; then nothing is left of the container */
  build(): void {
    refuseOccupied(this.request.cgroups.directories);
    this.directory.claim(this.#runtime.root);
    try {
      this.#save({});
      this.directory.freezeConfig(this.request.config);
      this.#connectConsole();
      this.#openListener();
      this.execution.execute(this.plan.before);
      const { pid } = this.execution;
      this.#save({ pid, startTime: processStatus(pid)?.startTime ?? '' });
      this.execution.execute(this.plan.inside);
      this.#save({ phase: 'created', ...this.plan.findings });
      this.execution.execute(this.plan.wait);
    } catch (error) {
      this.undo();
      throw error;
    }
  }

  /** Takes everything apart again. */
  undo(): void {
    this.execution.disconnect();
    // A cgroup with processes in it is another container's.
    const cgroups = this.plan.cgroups.occupied ? [] : this.#record.cgroups;
    destroy({ ...this.#record, cgroups }, this.directory, this.#runtime.log);
  }

  #save(change: Partial<StateRecord>): void {
    this.#record = { ...this.#record, ...change };
    this.directory.write(this.#record);
  }

  #firstRecord(): StateRecord {
    const { config, rootfs, id, bundle, host, dataDirectory, idMaps, preserveFds } = this.request;
    return {
      version: 1,
      ociVersion: config.ociVersion,
      id,
      phase: 'creating',
      pid: 0,
      startTime: '',
      bundle,
      rootfs,
      created: new Date().toISOString().replace('Z', '000000Z'),
      ...(config.annotations ? { annotations: config.annotations } : {}),
      ownerUid: host.identity.euid,
      cgroups: this.request.cgroups.directories.map(({ path }) => path),
      ...(dataDirectory ? { dataDirectory } : {}),
      userNamespace: idMaps !== undefined,
      ...(idMaps ? { idMaps } : {}),
      preserveFds,
    };
  }

  #connectConsole(): void {
    const { consoleSocket } = this.#options;
    if (consoleSocket) this.execution.define(consoleReceiver, connectTo(consoleSocket));
  }

  /** Reached by descriptor, since a socket's address holds 107 bytes only. */
  #openListener(): void {
    const directory = openSync(this.directory.path, constants.O_RDONLY | constants.O_DIRECTORY);
    const fd = perform(socket(AF_UNIX, SOCK_SEQPACKET));
    perform(bind(fd, `/proc/self/fd/${directory}/${INIT_SOCKET}`));
    perform(listen(fd, 1));
    closeSync(directory);
    this.execution.define(listener, fd);
  }
}
