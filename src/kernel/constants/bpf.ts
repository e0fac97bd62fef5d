/** bpf(2), include/uapi/linux/bpf.h. */

/** enum bpf_cmd */
export const BPF_PROG_LOAD = 5;
export const BPF_PROG_ATTACH = 8;
export const BPF_PROG_DETACH = 9;
export const BPF_PROG_GET_FD_BY_ID = 13;
export const BPF_OBJ_GET_INFO_BY_FD = 15;
export const BPF_PROG_QUERY = 16;

/** enum bpf_prog_type: kernel 4.15. */
export const BPF_PROG_TYPE_CGROUP_DEVICE = 15;

/** enum bpf_attach_type */
export const BPF_CGROUP_DEVICE = 6;

/** Programs of the cgroups above, and others of the same one, have their say, too. */
export const BPF_F_ALLOW_MULTI = 2;
/** Kernel 5.6. */
export const BPF_F_REPLACE = 4;

/** Kinds of nodes and of access, as a device program is told them. */
export const BPF_DEVCG_DEV_BLOCK = 1;
export const BPF_DEVCG_DEV_CHAR = 2;
export const BPF_DEVCG_ACC_MKNOD = 1;
export const BPF_DEVCG_ACC_READ = 2;
export const BPF_DEVCG_ACC_WRITE = 4;
