/** bpf(2): programs of cgroups that say which devices may be used. */

import { PROGRAM_INFO } from '../bpf-program-info.ts';
import { encodeUtf8, viewOf } from '../bytes.ts';
import { type Call, call, callWithOut, type FdArg, halves, out, type Words, words } from '../call.ts';
import {
  BPF_CGROUP_DEVICE,
  BPF_F_ALLOW_MULTI,
  BPF_F_REPLACE,
  BPF_OBJ_GET_INFO_BY_FD,
  BPF_PROG_ATTACH,
  BPF_PROG_DETACH,
  BPF_PROG_GET_FD_BY_ID,
  BPF_PROG_LOAD,
  BPF_PROG_QUERY,
  BPF_PROG_TYPE_CGROUP_DEVICE,
} from '../constants/bpf.ts';

/** sizeof(struct bpf_insn) */
const INSTRUCTION = 8;
/** It calls no function of the kernel's that would ask for the GPL. */
const LICENSE = 'Apache-2.0';
/** A cgroup has no more. */
const MOST_PROGRAMS = 64;
/** Of its sixteen bytes, the first word. */
const NAME = 8;

/**
 * Has a device program checked by the kernel. The result is a descriptor, close-on-exec.
 *
 * @param program instructions of struct bpf_insn
 * @param name at most 8 letters, digits, `_` and `.`
 */
export function loadDeviceProgram(program: Uint8Array, name: string): Call {
  return bpf(BPF_PROG_LOAD, loadAttributes(program, name, []));
}

/** The same, and what the kernel does not like about it is filled in, as text. */
export function explainDeviceProgram(program: Uint8Array, name: string, logSize: number): Call {
  const log = out(logSize);
  const attributes = loadAttributes(program, name, [halves(1, logSize), log]);
  return callWithOut('bpf', log, BPF_PROG_LOAD, attributes, attributes.words.length * 8);
}

function loadAttributes(program: Uint8Array, name: string, log: Words['words']): Words {
  const bytes = new Uint8Array(NAME);
  bytes.set(encodeUtf8(name));
  const [logLevel = 0, logBuffer = 0] = log;
  return words(
    halves(BPF_PROG_TYPE_CGROUP_DEVICE, program.length / INSTRUCTION),
    program,
    LICENSE,
    logLevel,
    logBuffer,
    0,
    viewOf(bytes).getBigUint64(0, true),
  );
}

/** Besides what is attached already. For this process: the descriptors have to be known. */
export function attachDeviceProgram(directory: FdArg, program: FdArg): Call {
  return bpf(
    BPF_PROG_ATTACH,
    words(halves(directory, program), halves(BPF_CGROUP_DEVICE, BPF_F_ALLOW_MULTI)),
  );
}

/** In the place of another one, at once: kernel 5.6, EINVAL before. For this process. */
export function replaceDeviceProgram(directory: FdArg, program: FdArg, old: FdArg): Call {
  const flags = BPF_F_ALLOW_MULTI | BPF_F_REPLACE;
  return bpf(
    BPF_PROG_ATTACH,
    words(halves(directory, program), halves(BPF_CGROUP_DEVICE, flags), halves(old, 0)),
  );
}

/** For this process. */
export function detachDeviceProgram(directory: FdArg, program: FdArg): Call {
  return bpf(BPF_PROG_DETACH, words(halves(directory, program), halves(BPF_CGROUP_DEVICE, 0)));
}

/** The ids of the programs that are attached to the cgroup itself: 32-bit numbers up to the first 0. */
export function queryDevicePrograms(directory: FdArg): Call {
  const ids = out(MOST_PROGRAMS * 4);
  // target_fd, attach_type | query_flags, attach_flags | prog_ids | prog_cnt
  const attributes = words(halves(directory, BPF_CGROUP_DEVICE), 0, ids, MOST_PROGRAMS);
  return callWithOut('bpf', ids, BPF_PROG_QUERY, attributes, attributes.words.length * 8);
}

/** A descriptor of a program. */
export function openProgram(id: number): Call {
  return bpf(BPF_PROG_GET_FD_BY_ID, words(id));
}

/** struct bpf_prog_info, for `programName`. For this process. */
export function programInfo(program: FdArg): Call {
  const info = out(PROGRAM_INFO);
  const attributes = words(halves(program, PROGRAM_INFO), info);
  return callWithOut('bpf', info, BPF_OBJ_GET_INFO_BY_FD, attributes, attributes.words.length * 8);
}

function bpf(command: number, attributes: Words): Call {
  return call('bpf', command, attributes, attributes.words.length * 8);
}
