/** To which part of a run a function belongs: `room/file.ts name`, the longest beginning that is listed. */

const parts: Readonly<Record<string, string>> = {
  'kernel/js-runtime/koffi.ts': 'koffi: loading (first use)',
  'kernel/local.ts attempt:recvfrom': "waiting for the stub: the container's system calls",
  'kernel/local.ts attempt:sendto': 'sending programs to the stub',
  'kernel/local.ts attempt:ppoll': "waiting for the container's process",
  'kernel/': 'system calls of the runtime itself',
  'kernel/memory-image.ts': 'encoding programs for the stub',
  'init/program.ts': 'encoding programs for the stub',
  'kernel/calls/': 'planning',
  'kernel/call.ts': 'planning',
  'kernel/spawn.ts': 'starting the stub',
  'init/': 'planning',
  'init/stub-process.ts': 'starting the stub',
  'init/remote.ts': 'executing the plan',
  'plan/execution.ts': 'executing the plan',
  'plan/': 'planning',
  'rootfs/': 'planning',
  'namespaces/': 'planning',
  'process/': 'planning',
  'hooks/': 'planning',
  'cgroups/': 'planning',
  'cgroups/remove.ts': 'removal',
  'container/destroy.ts': 'removal',
  'container/state-directory.ts StateDirectory.remove': 'removal',
  'container/state-directory.ts': 'state directory',
  'container/': 'lifecycle',
  'container/process-status.ts': 'host facts',
  'spec/': 'config: parse and validate',
  'container/bundle.ts': 'config: parse and validate',
  'host/': 'host facts',
  'cli/': 'command line',
  'log/': 'command line',
  'errors/': 'command line',
};

export function partOf(name: string): string {
  const fitting = Object.keys(parts).filter((beginning) => name.startsWith(beginning));
  const longest = fitting.sort((a, b) => b.length - a.length)[0];
  return (longest && parts[longest]) ?? 'other';
}
