// The system call addon for aarch64: see x86-64.S, of which this is the translation.

        .set HIGH, 0x10000              // DATA of x86-64.S, for the largest page

        .text
ehdr:   .byte 0x7f, 'E', 'L', 'F', 2, 1, 1, 0   // ELF64, little endian, System V
        .quad 0
        .short 3                        // ET_DYN
        .short 183                      // EM_AARCH64
        .long 1
        .quad 0                         // no entry
        .quad phdr - ehdr               // program headers
        .quad 0                         // no sections
        .long 0
        .short 64, 56, 4, 0, 0, 0       // four program headers
phdr:   .long 1, 5                      // PT_LOAD, readable and executable: all up to `data`
        .quad 0, 0, 0
        .quad data - ehdr, data - ehdr
        .quad 0x10000                   // pages of up to 64 KiB
        .long 1, 6                      // PT_LOAD, readable and writable
        .quad data - ehdr, data - ehdr + HIGH, data - ehdr + HIGH
        .quad end - data, end - data
        .quad 0x10000
        .long 2, 6                      // PT_DYNAMIC
        .quad dynamic - ehdr, dynamic - ehdr + HIGH, dynamic - ehdr + HIGH
        .quad got - dynamic, got - dynamic
        .quad 8
        .long 0x6474e551, 6             // PT_GNU_STACK, not executable
        .quad 0, 0, 0, 0, 0
        .quad 16

strings: .byte 0
s_init: .asciz "napi_register_module_v1"
s_info: .asciz "napi_get_cb_info"
s_data: .asciz "napi_get_typedarray_info"
s_make: .asciz "napi_create_function"
strings_end:

        .balign 8
symbols: .quad 0, 0, 0                  // the first is none
        .long s_init - strings          // defined here
        .byte 0x12, 0                   // STB_GLOBAL, STT_FUNC
        .short 1                        // any section but "undefined"
        .quad register - ehdr, 0
        .long s_info - strings          // the engine's
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

hash:   .long 1, 5                      // one bucket: a chain of all symbols
        .long 1                         // which begins with the first
        .long 0, 2, 3, 4, 0

        .balign 8
relocs: .quad got - ehdr + HIGH, (2 << 32) | 1025, 0    // R_AARCH64_GLOB_DAT
        .quad got + 8 - ehdr + HIGH, (3 << 32) | 1025, 0
        .quad got + 16 - ehdr + HIGH, (4 << 32) | 1025, 0
relocs_end:

zeros:  .quad 0, 0, 0, 0                // struct sigaction: SIG_DFL; and an empty sigset_t
ones:   .quad -1                        // a full one

// x9 = address of `label`, which stands behind `data`
        .macro  high label
        adr     x9, \label
        add     x9, x9, #HIGH >> 12, lsl #12
        .endm

register:                               // napi_value napi_register_module_v1(env, exports)
        adr     x3, attach
make:   stp     x29, x30, [sp, #-32]!   // a function of the code at x3
        mov     x29, sp
        adr     x1, s_make              // any name
        mov     x2, #4
        mov     x4, #0
        str     xzr, [sp, #16]
        add     x5, sp, #16
        high    got
        ldr     x9, [x9, #16]
        blr     x9                      // napi_create_function(env, name, length, callback, data, &function)
        ldr     x0, [sp, #16]
        ldp     x29, x30, [sp], #32
        ret

attach: stp     x29, x30, [sp, #-64]!   // napi_value attach(env, info)
        mov     x29, sp
        str     x19, [sp, #16]
        mov     x19, x0
        mov     x9, #1                  // one argument
        str     x9, [sp, #24]
        add     x2, sp, #24
        add     x3, sp, #32
        mov     x4, #0
        mov     x5, #0
        high    got
        ldr     x9, [x9]
        blr     x9                      // napi_get_cb_info(env, info, &count, arguments, NULL, NULL)
        mov     x0, x19
        ldr     x1, [sp, #32]
        mov     x2, #0
        mov     x3, #0
        add     x4, sp, #40
        mov     x5, #0
        mov     x6, #0
        high    got
        ldr     x9, [x9, #8]
        blr     x9                      // napi_get_typedarray_info(env, value, NULL, NULL, &data, NULL, NULL)
        cbnz    w0, refuse
        ldr     x10, [sp, #40]
        high    memory
        str     x10, [x9]
        str     x10, [x10]
        mov     x0, x19
        adr     x3, enter
        ldr     x19, [sp, #16]
        ldp     x29, x30, [sp], #64
        b       make
refuse: mov     x0, #0                  // undefined
        ldr     x19, [sp, #16]
        ldp     x29, x30, [sp], #64
        ret

enter:  high    memory                  // napi_value enter(env, info); a leaf, which keeps x10
        ldr     x10, [x9]
        ldr     x8, [x10]
        cmn     x8, #1
        b.eq    spawn
        ldp     x0, x1, [x10, #8]
        ldp     x2, x3, [x10, #24]
        ldp     x4, x5, [x10, #40]
        svc     #0
        str     x0, [x10, #56]
leave:  mov     x0, #0                  // undefined
        ret

spawn:  sub     sp, sp, #16
        mov     x8, #135                // rt_sigprocmask(SIG_SETMASK, all, &old, 8)
        mov     x0, #2
        adr     x1, ones
        mov     x2, sp
        mov     x3, #8
        svc     #0
        str     xzr, [x10, #56]
        mov     x8, #220                // clone(CLONE_VM|CLONE_VFORK|SIGCHLD): it uses our stack, we wait
        mov     x0, #0x4111
        mov     x1, #0
        mov     x2, #0
        mov     x3, #0
        mov     x4, #0
        svc     #0
        cbz     x0, child
        mov     x11, x0
        mov     x8, #135                // rt_sigprocmask(SIG_SETMASK, &old, NULL, 8)
        mov     x0, #2
        mov     x1, sp
        mov     x2, #0
        mov     x3, #8
        svc     #0
        add     sp, sp, #16
        tbnz    x11, #63, told          // no child
        ldr     x9, [x10, #56]
        cbnz    x9, reap
told:   str     x11, [x10, #56]
        b       leave
reap:   mov     x8, #260                // it did not execute: wait4(pid, NULL, 0, NULL)
        mov     x0, x11
        mov     x1, #0
        mov     x2, #0
        mov     x3, #0
        svc     #0
        b       leave

child:  mov     x11, #64
1:      mov     x8, #134                // rt_sigaction(signal, SIG_DFL, NULL, 8)
        mov     x0, x11
        adr     x1, zeros
        mov     x2, #0
        mov     x3, #8
        svc     #0
        subs    x11, x11, #1
        b.ne    1b
        mov     x8, #135                // rt_sigprocmask(SIG_SETMASK, none, NULL, 8)
        mov     x0, #2
        adr     x1, zeros
        mov     x2, #0
        mov     x3, #8
        svc     #0
        mov     x8, #221                // execve(path, argv, envp)
        ldp     x0, x1, [x10, #8]
        ldr     x2, [x10, #24]
        svc     #0
        str     x0, [x10, #56]
        mov     x8, #94                 // exit_group(127)
        mov     x0, #127
        svc     #0

        .balign 8
data:
dynamic:
        .quad 4, hash - ehdr            // DT_HASH
        .quad 5, strings - ehdr         // DT_STRTAB
        .quad 6, symbols - ehdr         // DT_SYMTAB
        .quad 10, strings_end - strings // DT_STRSZ
        .quad 11, 24                    // DT_SYMENT
        .quad 7, relocs - ehdr          // DT_RELA
        .quad 8, relocs_end - relocs    // DT_RELASZ
        .quad 9, 24                     // DT_RELAENT
        .quad 30, 8                     // DT_FLAGS: DF_BIND_NOW
        .quad 0, 0
got:    .quad 0, 0, 0                   // napi_get_cb_info, napi_get_typedarray_info, napi_create_function
memory: .quad 0                         // what was attached
end:
