/** The arguments of bpf(2): which members its union has, depends on the command. */
import { decodeUtf8, viewOf } from '../bytes.ts';
import type { Arg } from '../call.ts';
import {
  BPF_OBJ_GET_INFO_BY_FD,
  BPF_PROG_ATTACH,
  BPF_PROG_DETACH,
  BPF_PROG_GET_FD_BY_ID,
  BPF_PROG_LOAD,
  BPF_PROG_QUERY,
} from '../constants/bpf.ts';
import { type Kind, number, packedStruct, plain, quote } from './kind.ts';
import { instructions } from './structs.ts';
import { fd, flags, oneOf } from './symbols.ts';

const command = oneOf('BPF_', 'BPF_PROG_TYPE_CGROUP_DEVICE');
const attachType = oneOf('BPF_CGROUP_');
const target = [
  ['target_fd', fd],
  ['attach_bpf_fd', fd],
] as const;

/** The first eight of its sixteen bytes: ours has no more. */
const name: Kind = (arg, context) => {
  if (typeof arg !== 'bigint') return plain(arg, context);
  const bytes = new Uint8Array(8);
  viewOf(bytes).setBigUint64(0, arg, true);
  return quote(decodeUtf8(bytes).replace(/\0.*$/s, ''));
};

const unions: ReadonlyMap<Arg, Kind> = new Map<Arg, Kind>([
  [
    BPF_PROG_LOAD,
    packedStruct([
      [
        ['prog_type', oneOf('BPF_PROG_TYPE_')],
        ['insn_cnt', number],
      ],
      ['insns', instructions],
      ['license', plain],
      [
        ['log_level', number],
        ['log_size', number],
      ],
      ['log_buf', plain],
      ['kern_version', number],
      ['prog_name', name],
    ]),
  ],
  [
    BPF_PROG_ATTACH,
    packedStruct([
      target,
      [
        ['attach_type', attachType],
        ['attach_flags', flags('BPF_F_')],
      ],
      [
        ['replace_bpf_fd', fd],
        ['relative_fd', fd],
      ],
    ]),
  ],
  [
    BPF_PROG_DETACH,
    packedStruct([
      target,
      [
        ['attach_type', attachType],
        ['attach_flags', flags('BPF_F_')],
      ],
    ]),
  ],
  [
    BPF_PROG_QUERY,
    packedStruct([
      [
        ['target_fd', fd],
        ['attach_type', attachType],
      ],
      ['query_flags', number],
      ['prog_ids', plain],
      ['prog_cnt', number],
    ]),
  ],
  [BPF_PROG_GET_FD_BY_ID, packedStruct([['prog_id', number]])],
  [
    BPF_OBJ_GET_INFO_BY_FD,
    packedStruct([
      [
        ['bpf_fd', fd],
        ['info_len', number],
      ],
      ['info', plain],
    ]),
  ],
]);

export function bpfArguments(of: Arg | undefined): readonly Kind[] {
  return [command, (of !== undefined && unions.get(of)) || plain, number];
}
