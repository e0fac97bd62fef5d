/** `tsrun update`: other limits for a container. */
import type { UpdateOptions } from '../../container/update.ts';
import { RuntimeError } from '../../errors/runtime-error.ts';
import { decodeUtf8 } from '../../kernel/bytes.ts';
import { fcntl } from '../../kernel/calls/file.ts';
import { F_DUPFD_CLOEXEC } from '../../kernel/constants/file.ts';
import { readToTheEnd } from '../../kernel/file-system.ts';
import { perform } from '../../kernel/local.ts';
import type { Log } from '../../log/log.ts';
import type { Resources } from '../../spec/types.ts';
import { byteSize } from '../byte-size.ts';
import { defineCommand } from '../command.ts';
import { given } from '../given.ts';
import type { Values } from '../option.ts';
import { absolute } from '../paths.ts';
import { containerId } from './container-id.ts';

const STDIN = 0;
/** Bytes; the same as for a file. */
const LARGEST = 16 * 1024 * 1024;

const updateOptions = [
  {
    name: 'resources',
    short: 'r',
    type: 'text',
    value: 'FILE',
    help: 'file with what "linux.resources" holds in a config.json, - for standard input; other options are ignored',
  },
  { name: 'blkio-weight', type: 'text', value: 'N', help: 'weight of block devices, 10 to 1000' },
  { name: 'cpu-period', type: 'text', value: 'MICROSECONDS', help: 'what the CPU quota is counted in' },
  { name: 'cpu-quota', type: 'text', value: 'MICROSECONDS', help: 'CPU time per period; -1 for no limit' },
  { name: 'cpu-burst', type: 'text', value: 'MICROSECONDS', help: 'unused CPU time that may be saved up' },
  { name: 'cpu-share', type: 'text', value: 'N', help: 'CPU shares, relative to other containers' },
  {
    name: 'cpu-rt-period',
    type: 'text',
    value: 'MICROSECONDS',
    help: 'what the realtime runtime is counted in',
  },
  { name: 'cpu-rt-runtime', type: 'text', value: 'MICROSECONDS', help: 'realtime CPU time per period' },
  { name: 'cpuset-cpus', type: 'text', value: 'LIST', help: 'CPUs to use, e.g. 0-2,5' },
  { name: 'cpuset-mems', type: 'text', value: 'LIST', help: 'memory nodes to use' },
  {
    name: 'cpu-idle',
    type: 'text',
    value: 'N',
    help: '1 for a container that runs when nothing else does, or 0',
  },
  { name: 'kernel-memory', type: 'text', value: 'BYTES', help: 'ignored', hidden: true },
  { name: 'kernel-memory-tcp', type: 'text', value: 'BYTES', help: 'ignored', hidden: true },
  { name: 'memory', type: 'text', value: 'BYTES', help: 'memory limit, e.g. 64m; -1 for none' },
  { name: 'memory-reservation', type: 'text', value: 'BYTES', help: 'memory that is taken away last' },
  {
    name: 'memory-swap',
    type: 'text',
    value: 'BYTES',
    help: 'limit of memory and swap together; -1 for none',
  },
  { name: 'pids-limit', type: 'text', value: 'N', help: 'number of processes; -1 for no limit' },
  { name: 'l3-cache-schema', type: 'text', value: 'SCHEMA', help: 'schema of the L3 cache, Intel RDT/CAT' },
  { name: 'mem-bw-schema', type: 'text', value: 'SCHEMA', help: 'schema of memory bandwidth, Intel RDT/MBA' },
] as const;

type Options = Values<typeof updateOptions>;
type Name = (typeof updateOptions)[number]['name'];

export const update = defineCommand({
  name: 'update',
  summary: 'change the limits of a container',
  description: 'Where one of them cannot be set, none is changed.',
  args: [containerId],
  options: updateOptions,
  warnings: 'at-end',
  async run({ runtime }, { options, args: [id = ''] }) {
    if (options['kernel-memory'] !== undefined || options['kernel-memory-tcp'] !== undefined)
      runtime.log.warning('Kernel memory settings are ignored and will be removed');
    const request = await updateRequest(options, runtime.log);
    const layer = await import('../../container/update.ts');
    await layer.update(runtime, id, request);
    return 0;
  },
});

/** @throws RuntimeError `usage`, `config` */
async function updateRequest(options: Options, log: Log): Promise<UpdateOptions> {
  const schemata = { l3CacheSchema: options['l3-cache-schema'], memBwSchema: options['mem-bw-schema'] };
  if (options.resources === undefined || options.resources === '')
    return given({ resources: fromOptions(options), ...schemata });
  const { loadResources } = await import('../../spec/load.ts');
  if (options.resources === '-')
    return given({
      resources: loadResources('standard input', log, standardInput()),
      ...schemata,
    });
  const file = absolute(options.resources);
  return given({ resources: loadResources(file, log), file, ...schemata });
}

/** Of a copy of the descriptor, since reading closes it. */
function standardInput(): string {
  const copy = perform(fcntl(STDIN, F_DUPFD_CLOEXEC, 3));
  return decodeUtf8(readToTheEnd(copy, 'standard input', { most: LARGEST }));
}

function fromOptions(options: Options): Resources {
  const size = (name: Name) => bytes(name, options[name]);
  const number = (name: Name, negative = false) => integer(name, options[name], negative);
  return {
    memory: given({
      limit: size('memory'),
      reservation: size('memory-reservation'),
      swap: size('memory-swap'),
    }),
    cpu: given({
      shares: number('cpu-share'),
      quota: number('cpu-quota', true),
      period: number('cpu-period'),
      burst: number('cpu-burst'),
      realtimeRuntime: number('cpu-rt-runtime', true),
      realtimePeriod: number('cpu-rt-period'),
      cpus: options['cpuset-cpus'],
      mems: options['cpuset-mems'],
      idle: number('cpu-idle'),
    }),
    pids: given({ limit: number('pids-limit', true) }),
    blockIO: given({ weight: number('blkio-weight') }),
  };
}

function bytes(name: Name, text: string | undefined): number | bigint | undefined {
  if (text === undefined || text === '') return undefined;
  if (text === '-1') return -1;
  return byteSize(text) ?? invalid(name, text, 'use a number of bytes, such as 67108864 or 64m, or -1');
}

function integer(name: Name, text: string | undefined, negative: boolean): number | undefined {
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  const fits = /^-?\d+$/.test(text) && Number.isSafeInteger(value) && (negative || value >= 0);
  return fits ? value : invalid(name, text, `use a whole number${negative ? '' : ', 0 or more'}`);
}

function invalid(name: Name, text: string, hint: string): never {
  throw new RuntimeError('usage', `invalid value for ${name}: ${JSON.stringify(text)}`, { hint });
}
