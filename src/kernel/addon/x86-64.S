# The system call addon for x86-64: a Node-API module of one page that makes system calls for TypeScript.
#
# koffi does the same and far more, and takes 1.6 ms to load (two thirds of it for libstdc++), which is as long as
# everything else that some commands do. This is for the calls that every command makes; src/kernel/addon.ts is its
# other side: keep the two layouts the same.
#
#   module.exports = attach(memory: TypedArray): enter
#                             keeps the memory's address for good and writes it into the memory's first word
#   enter()                   does what stands in the memory, and writes the result there
#
#   memory    u64 nr          system call number; ~0: start a program
#             u64 args[6]     of the call; of a program: path, argv, envp (addresses)
#             i64 result      result or negative errno; of a program: its process id or the negative errno
#
# A program is started as posix_spawn(3) does it: clone(CLONE_VM|CLONE_VFORK), every signal at its default
# disposition, none blocked, execve. All signals are blocked meanwhile: a handler must not run in the child.
#
# The file is a shared object with hand-written headers. What is written to (the linker's and ours) stands behind
# `data` and is mapped one page higher than it stands in the file: DATA.

        .set DATA, 0x1000

        .intel_syntax noprefix
        .text
ehdr:   .byte 0x7f, 'E', 'L', 'F', 2, 1, 1, 0   # ELF64, little endian, System V
        .quad 0
        .short 3                        # ET_DYN
        .short 62                       # EM_X86_64
        .long 1
        .quad 0                         # no entry
        .quad phdr - ehdr               # program headers
        .quad 0                         # no sections
        .long 0
        .short 64, 56, 4, 0, 0, 0       # four program headers
phdr:   .long 1, 5                      # PT_LOAD, readable and executable: all up to `data`
        .quad 0, 0, 0
        .quad data - ehdr, data - ehdr
        .quad 0x1000
        .long 1, 6                      # PT_LOAD, readable and writable
        .quad data - ehdr, data - ehdr + DATA, data - ehdr + DATA
        .quad end - data, end - data
        .quad 0x1000
        .long 2, 6                      # PT_DYNAMIC
        .quad dynamic - ehdr, dynamic - ehdr + DATA, dynamic - ehdr + DATA
        .quad got - dynamic, got - dynamic
        .quad 8
        .long 0x6474e551, 6             # PT_GNU_STACK, not executable
        .quad 0, 0, 0, 0, 0
        .quad 16

strings: .byte 0
s_init: .asciz "napi_register_module_v1"
s_info: .asciz "napi_get_cb_info"
s_data: .asciz "napi_get_typedarray_info"
s_make: .asciz "napi_create_function"
strings_end:

        .balign 8
symbols: .quad 0, 0, 0                  # the first is none
        .long s_init - strings          # defined here
        .byte 0x12, 0                   # STB_GLOBAL, STT_FUNC
        .short 1                        # any section but "undefined"
        .quad register - ehdr, 0
        .long s_info - strings          # the engine's
        .byte 0x12, 0
        .short 0
        .quad 0, 0
        .long s_data - strings
        .byte 0x12, 0
        .short 0
        .quad 0, 0
        .long s_make - strings
        .byte 0x12, 0
        .short 0
        .quad 0, 0

hash:   .long 1, 5                      # one bucket: a chain of all symbols
        .long 1                         # which begins with the first
        .long 0, 2, 3, 4, 0

        .balign 8
relocs: .quad got - ehdr + DATA, (2 << 32) | 6, 0       # R_X86_64_GLOB_DAT
        .quad got + 8 - ehdr + DATA, (3 << 32) | 6, 0
        .quad got + 16 - ehdr + DATA, (4 << 32) | 6, 0
relocs_end:

zeros:  .quad 0, 0, 0, 0                # struct sigaction: SIG_DFL; and an empty sigset_t
ones:   .quad -1                        # a full one

register:                               # napi_value napi_register_module_v1(env, exports)
        lea     rcx, [rip + attach]
make:   sub     rsp, 24                 # a function of the code at rcx
        lea     rsi, [rip + s_make]     # any name
        mov     edx, 4
        xor     r8d, r8d
        lea     r9, [rsp + 8]
        mov     qword ptr [rsp + 8], 0
        call    [rip + got + 16 + DATA] # napi_create_function(env, name, length, callback, data, &function)
        mov     rax, [rsp + 8]
        add     rsp, 24
        ret

attach: push    rbx                     # napi_value attach(env, info)
        sub     rsp, 48
        mov     rbx, rdi
        mov     qword ptr [rsp + 16], 1 # one argument
        lea     rdx, [rsp + 16]
        lea     rcx, [rsp + 24]
        xor     r8d, r8d
        xor     r9d, r9d
        call    [rip + got + DATA]      # napi_get_cb_info(env, info, &count, arguments, NULL, NULL)
        mov     rdi, rbx
        mov     rsi, [rsp + 24]
        xor     edx, edx
        xor     ecx, ecx
        lea     r8, [rsp + 32]
        xor     r9d, r9d
        mov     qword ptr [rsp], 0      # the seventh argument
        call    [rip + got + 8 + DATA]  # napi_get_typedarray_info(env, value, NULL, NULL, &data, NULL, NULL)
        test    eax, eax
        jnz     refuse
        mov     rax, [rsp + 32]
        mov     [rip + memory + DATA], rax
        mov     [rax], rax
        mov     rdi, rbx
        lea     rcx, [rip + enter]
        add     rsp, 48
        pop     rbx
        jmp     make
refuse: xor     eax, eax                # undefined
        add     rsp, 48
        pop     rbx
        ret

enter:  push    rbx                     # napi_value enter(env, info)
        mov     rbx, [rip + memory + DATA]
        mov     rax, [rbx]
        cmp     rax, -1
        je      spawn
        mov     rdi, [rbx + 8]
        mov     rsi, [rbx + 16]
        mov     rdx, [rbx + 24]
        mov     r10, [rbx + 32]
        mov     r8, [rbx + 40]
        mov     r9, [rbx + 48]
        syscall
        mov     [rbx + 56], rax
leave:  xor     eax, eax                # undefined
        pop     rbx
        ret

spawn:  sub     rsp, 16
        mov     eax, 14                 # rt_sigprocmask(SIG_SETMASK, all, &old, 8)
        mov     edi, 2
        lea     rsi, [rip + ones]
        mov     rdx, rsp
        mov     r10d, 8
        syscall
        mov     qword ptr [rbx + 56], 0
        mov     eax, 56                 # clone(CLONE_VM|CLONE_VFORK|SIGCHLD): it uses our stack, we wait
        mov     edi, 0x4111
        xor     esi, esi
        xor     edx, edx
        xor     r10d, r10d
        xor     r8d, r8d
        syscall
        test    rax, rax
        jz      child
        mov     [rbx + 48], rax
        mov     eax, 14                 # rt_sigprocmask(SIG_SETMASK, &old, NULL, 8)
        mov     edi, 2
        mov     rsi, rsp
        xor     edx, edx
        mov     r10d, 8
        syscall
        add     rsp, 16
        mov     rax, [rbx + 48]
        test    rax, rax
        js      told                    # no child
        cmp     qword ptr [rbx + 56], 0
        jne     reap
told:   mov     [rbx + 56], rax
        jmp     leave
reap:   mov     edi, eax                # it did not execute: wait4(pid, NULL, 0, NULL)
        mov     eax, 61
        xor     esi, esi
        xor     edx, edx
        xor     r10d, r10d
        syscall
        jmp     leave

child:  mov     r12d, 64
1:      mov     eax, 13                 # rt_sigaction(signal, SIG_DFL, NULL, 8)
        mov     edi, r12d
        lea     rsi, [rip + zeros]
        xor     edx, edx
        mov     r10d, 8
        syscall
        dec     r12d
        jnz     1b
        mov     eax, 14                 # rt_sigprocmask(SIG_SETMASK, none, NULL, 8)
        mov     edi, 2
        lea     rsi, [rip + zeros]
        xor     edx, edx
        mov     r10d, 8
        syscall
        mov     eax, 59                 # execve(path, argv, envp)
        mov     rdi, [rbx + 8]
        mov     rsi, [rbx + 16]
        mov     rdx, [rbx + 24]
        syscall
        mov     [rbx + 56], rax
        mov     eax, 231                # exit_group(127)
        mov     edi, 127
        syscall

        .balign 8
data:
dynamic:
        .quad 4, hash - ehdr            # DT_HASH
        .quad 5, strings - ehdr         # DT_STRTAB
        .quad 6, symbols - ehdr         # DT_SYMTAB
        .quad 10, strings_end - strings # DT_STRSZ
        .quad 11, 24                    # DT_SYMENT
        .quad 7, relocs - ehdr          # DT_RELA
        .quad 8, relocs_end - relocs    # DT_RELASZ
        .quad 9, 24                     # DT_RELAENT
        .quad 30, 8                     # DT_FLAGS: DF_BIND_NOW
        .quad 0, 0
got:    .quad 0, 0, 0                   # napi_get_cb_info, napi_get_typedarray_info, napi_create_function
memory: .quad 0                         # what was attached
end:
