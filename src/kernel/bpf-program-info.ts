/** struct bpf_prog_info of include/uapi/linux/bpf.h, as far as it is looked at. */

import { decodeUtf8 } from './bytes.ts';
/** Up to its member `name`, and that. */
export const PROGRAM_INFO = 80;
const NAME = 64;

/** @param info what `programInfo` (calls/bpf.ts) has filled in */
export function programName(info: Uint8Array): string {
  const name = info.subarray(NAME, PROGRAM_INFO);
  const end = name.indexOf(0);
  return decodeUtf8(end < 0 ? name : name.subarray(0, end));
}
