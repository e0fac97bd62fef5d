/** The messages of runtime-v1.proto that tests send and read, as the loader gives them. */

type Mode = 'POD' | 'CONTAINER' | 'NODE';
type Profile = { readonly profile_type: 'RuntimeDefault' | 'Unconfined' };
type IdMapping = { readonly host_id: number; readonly container_id: number; readonly length: number };
type UserNamespace = { readonly mode: Mode; readonly uids: IdMapping[]; readonly gids: IdMapping[] };

interface Namespaces {
  readonly network?: Mode;
  readonly pid?: Mode;
  readonly ipc?: Mode;
  readonly userns_options?: UserNamespace;
}

type Pod = { readonly pod_sandbox_id: string };
type Container = { readonly container_id: string };
type Nothing = Record<string, never>;

export interface PodConfig {
  readonly metadata: { readonly name: string; readonly uid: string; readonly namespace: string };
  readonly hostname: string;
  readonly log_directory: string;
  readonly linux: {
    readonly cgroup_parent?: string;
    readonly sysctls?: Readonly<Record<string, string>>;
    readonly security_context: {
      readonly namespace_options: Namespaces;
      readonly privileged?: boolean;
      readonly seccomp?: Profile;
    };
  };
}

export interface Resources {
  readonly cpu_period?: number;
  readonly cpu_quota?: number;
  readonly cpu_shares?: number;
  readonly memory_limit_in_bytes?: number;
  readonly oom_score_adj?: number;
}

export interface SecurityContext {
  readonly capabilities?: { readonly add_capabilities?: string[]; readonly drop_capabilities?: string[] };
  readonly privileged?: boolean;
  readonly namespace_options?: Namespaces;
  readonly run_as_user?: { readonly value: number };
  readonly run_as_group?: { readonly value: number };
  readonly readonly_rootfs?: boolean;
  readonly supplemental_groups?: readonly number[];
  readonly no_new_privs?: boolean;
  readonly seccomp?: Profile;
}

export interface ContainerConfig {
  readonly metadata: { readonly name: string };
  readonly image: { readonly image: string };
  readonly command: readonly string[];
  readonly working_dir?: string;
  readonly envs?: readonly { readonly key: string; readonly value: string }[];
  readonly mounts?: readonly { container_path: string; host_path: string; readonly: boolean }[];
  readonly log_path: string;
  readonly stdin?: boolean;
  readonly tty?: boolean;
  readonly linux?: { readonly resources?: Resources; readonly security_context?: SecurityContext };
}

/** Which streams there are to be. With a terminal, standard error is in standard output. */
interface Streams {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** Where the streams are. */
type Streaming = { readonly url: string };

export interface Requests {
  readonly Status: { readonly verbose: boolean };
  readonly PullImage: { readonly image: { readonly image: string } };
  readonly RunPodSandbox: { readonly config: PodConfig; readonly runtime_handler: string };
  readonly PodSandboxStatus: Pod;
  readonly StopPodSandbox: Pod;
  readonly RemovePodSandbox: Pod;
  readonly CreateContainer: Pod & { readonly config: ContainerConfig; readonly sandbox_config: PodConfig };
  readonly StartContainer: Container;
  readonly ContainerStatus: Container;
  readonly UpdateContainerResources: Container & { readonly linux: Resources };
  readonly ContainerStats: Container;
  readonly ExecSync: Container & { readonly cmd: readonly string[]; readonly timeout?: number };
  readonly Exec: Container & Streams & { readonly cmd: readonly string[] };
  readonly Attach: Container & Streams;
  readonly PortForward: Pod & { readonly port: readonly number[] };
  readonly StopContainer: Container & { readonly timeout: number };
  readonly RemoveContainer: Container;
}

export interface Answers {
  readonly Status: {
    readonly status: { readonly conditions: readonly { type: string; status: boolean }[] };
    readonly info: Readonly<Record<string, string>>;
  };
  readonly PullImage: { readonly image_ref: string };
  readonly RunPodSandbox: Pod;
  readonly PodSandboxStatus: {
    readonly status: {
      readonly state: 'SANDBOX_READY' | 'SANDBOX_NOTREADY';
      readonly network: { readonly ip: string } | null;
      readonly runtime_handler: string;
    };
  };
  readonly StopPodSandbox: Nothing;
  readonly RemovePodSandbox: Nothing;
  readonly CreateContainer: Container;
  readonly StartContainer: Nothing;
  readonly ContainerStatus: {
    readonly status: {
      readonly state: 'CONTAINER_CREATED' | 'CONTAINER_RUNNING' | 'CONTAINER_EXITED' | 'CONTAINER_UNKNOWN';
      readonly exit_code: number;
      readonly reason: string;
    };
  };
  readonly UpdateContainerResources: Nothing;
  readonly ContainerStats: {
    readonly stats: {
      readonly cpu: { readonly usage_core_nano_seconds: { readonly value: number } };
      readonly memory: { readonly working_set_bytes: { readonly value: number } };
    };
  };
  readonly ExecSync: { readonly stdout: Buffer; readonly stderr: Buffer; readonly exit_code: number };
  readonly Exec: Streaming;
  readonly Attach: Streaming;
  readonly PortForward: Streaming;
  readonly StopContainer: Nothing;
  readonly RemoveContainer: Nothing;
}
