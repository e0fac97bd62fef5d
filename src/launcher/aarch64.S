// The launcher for aarch64: x86-64.S, line by line. What it does, the report and the table are described there.
//
// Registers: x28 the initial stack, x19 ARENA, x20 write position for strings, x21 table, x22 open descriptors at
// first, then end of the directory's name, x23 flags, then the error message's write position.

        .set BASE,   0x10000000         // where this file is mapped
        .set SIZE,   0x00002000         // of the file: code, table, padding; scripts/build/launcher.ts knows it
        .set ARENA,  0x01800000         // 24 MiB of address space: the kernel lets no more than 6 MiB of
                                        // arguments and environment through, vectors included
        .set DIR,    0x00001000         // in the arena: name of the launcher's directory
        .set ERROR,  0x00003000         //   error message
        .set STRING, 0x00020000         //   strings
        .set ARGV,   0x00800400         //   the caller's arguments; the table's are put in front, downwards
        .set ENVP,   0x01000400         //   the caller's environment, likewise

        .text
ehdr:   .byte 0x7f, 'E', 'L', 'F', 2, 1, 1, 0   // ELF64, little endian, System V
        .quad 0
        .short 2                        // ET_EXEC
        .short 183                      // EM_AARCH64
        .long 1
        .quad BASE + (_start - ehdr)    // entry
        .quad phdr - ehdr               // program headers
        .quad 0                         // no sections
        .long 0
        .short 64, 56, 2, 0, 0, 0       // two program headers
phdr:   .long 1, 5                      // PT_LOAD, readable and executable: the whole file
        .quad 0, BASE, BASE
        .quad SIZE, SIZE
        .quad 0x10000                   // pages have up to 64 KiB
        .long 0x6474e551, 6             // PT_GNU_STACK, not executable
        .quad 0, 0, 0, 0, 0
        .quad 16

_start: mov     x28, sp                 // argc, argv[], NULL, envp[], NULL, auxv[]
        mov     x8, #222                // mmap(NULL, ARENA, READ|WRITE,
        mov     x0, #0
        mov     x1, #ARENA
        mov     x2, #3
        mov     w3, #0x4022             //   PRIVATE|ANONYMOUS|NORESERVE, -1, 0)
        mov     x4, #-1
        mov     x5, #0
        svc     #0
        adr     x1, memory
        tbnz    x0, #63, die
        mov     x19, x0

// Which of the first 64 descriptors are open. Of 0-2 those that are not get /dev/null, or what the engine opens
// first would be our standard output.
        mov     x22, #0                 // open descriptors
        mov     x23, #0                 // flags
        mov     x20, #0                 // descriptor
stdio:  mov     x8, #25                 // fcntl(descriptor, F_GETFD)
        mov     x0, x20
        mov     x1, #1
        svc     #0
        tbnz    x0, #63, 1f
        mov     x9, #1
        lsl     x9, x9, x20
        orr     x22, x22, x9
        b       2f
1:      cmp     x20, #3
        b.hs    2f
        mov     x8, #56                 // openat(AT_FDCWD, "/dev/null", O_RDWR): the lowest free one is this one
        mov     x0, #-100
        adr     x1, null
        mov     x2, #2
        svc     #0
        tbz     x0, #63, 2f
        mov     x8, #56                 // openat(AT_FDCWD, "/", O_PATH): no /dev here
        mov     x0, #-100
        adr     x1, slash
        mov     x2, #0x200000
        svc     #0
2:      add     x20, x20, #1
        cmp     x20, #64
        b.lo    stdio

// A deleted or unreachable working directory: engines fail in one.
        mov     x8, #17                 // getcwd(arena, 4096)
        mov     x0, x19
        mov     x1, #0x1000
        svc     #0
        cmn     x0, #2                  // ENOENT: deleted
        b.eq    1f
        tbnz    x0, #63, 2f             // any other error is the engine's affair
        ldrb    w9, [x19]
        cmp     w9, #'/'                // "(unreachable)/...": outside our root
        b.eq    2f
1:      add     x23, x23, #1            // flag 1
        mov     x8, #49                 // chdir("/")
        adr     x0, slash
        svc     #0

// The report.
2:      add     x20, x19, #STRING
        adr     x1, caller
        bl      text
        mov     x0, x23                 // flags
        bl      hex
        mov     x0, x22                 // open descriptors
        bl      hex
        mov     x8, #261                // prlimit64(0, RLIMIT_NOFILE, NULL, arena)
        mov     x0, #0
        mov     x1, #7
        mov     x2, #0
        mov     x3, x19
        svc     #0
        ldr     x0, [x19]               // soft
        bl      hex
        ldr     x0, [x19, #8]           // hard
        bl      hex
        mov     x8, #135                // rt_sigprocmask(SIG_BLOCK, NULL, arena, 8)
        mov     x0, #0
        mov     x1, #0
        mov     x2, x19
        mov     x3, #8
        svc     #0
        ldr     x0, [x19]
        bl      hex
        mov     x23, #0                 // ignored signals
        mov     x21, #64
1:      mov     x8, #134                // rt_sigaction(signal, NULL, arena, 8)
        mov     x0, x21
        mov     x1, #0
        mov     x2, x19
        mov     x3, #8
        svc     #0
        lsl     x23, x23, #1
        ldr     x9, [x19]
        cmp     x9, #1                  // SIG_IGN
        b.ne    2f
        add     x23, x23, #1
2:      subs    x21, x21, #1
        b.ne    1b
        mov     x0, x23
        bl      hex
        strb    wzr, [x20], #1

// Engines need these: SIGCHLD not ignored, or exit statuses get lost; SIGPWR not ignored, or Bun says so on
// standard error; nothing blocked. Where the directory's name will be there are zeros: SIG_DFL, an empty set.
        add     x1, x19, #DIR
        mov     x2, #0
        mov     x3, #8
        mov     x8, #134                // rt_sigaction(SIGCHLD, default, NULL, 8)
        mov     x0, #17
        svc     #0
        mov     x8, #134                // rt_sigaction(SIGPWR, default, NULL, 8)
        mov     x0, #30
        svc     #0
        mov     x8, #135                // rt_sigprocmask(SIG_SETMASK, none, NULL, 8)
        mov     x0, #2
        svc     #0

// The environment: each of the caller's variables with an @ in front of its name, and the report.
        ldr     x9, [x28]               // argc
        add     x10, x28, x9, lsl #3
        add     x10, x10, #16           // envp
        mov     x11, #(ENVP & 0xffff)
        movk    x11, #(ENVP >> 16), lsl #16
        add     x11, x11, x19
        add     x9, x19, #STRING
        str     x9, [x11]
        mov     w12, #'@'
1:      add     x11, x11, #8
        ldr     x1, [x10], #8
        cbz     x1, 2f
        str     x20, [x11]
        strb    w12, [x20], #1
        bl      text
        add     x20, x20, #1            // keep its zero byte
        b       1b
2:                                      // the arena was zero: the vector is ended

// The directory: of /proc/self/exe, which begins with a slash. Without /proc engines crash, and nothing can be done.
        add     x22, x19, #DIR
        mov     x8, #78                 // readlinkat(AT_FDCWD, "/proc/self/exe", dir, 4096)
        mov     x0, #-100
        adr     x1, self
        mov     x2, x22
        mov     x3, #0x1000
        svc     #0
        adr     x1, noproc
        tbnz    x0, #63, die
        add     x22, x22, x0            // back to the last slash
1:      ldrb    w9, [x22, #-1]
        cmp     w9, #'/'
        b.eq    2f
        sub     x22, x22, #1
        b       1b
2:      strb    wzr, [x22]              // DIR is now a string that ends with a slash

// The caller's arguments, without the name we were called by.
        ldr     x9, [x28]               // argc
        cbz     x9, 1f                  // 0: nothing to copy
        sub     x9, x9, #1
1:      add     x10, x28, #16           // argv + 1
        mov     x11, #(ARGV & 0xffff)
        movk    x11, #(ARGV >> 16), lsl #16
        add     x11, x11, x19
2:      cbz     x9, 3f
        ldr     x12, [x10], #8
        str     x12, [x11], #8
        sub     x9, x9, #1
        b       2b

// The table.
3:      mov     x26, x20                // strings
        add     x20, x19, #ERROR
        adr     x1, cannot
        bl      text
        mov     x23, x20
        mov     x20, x26
        adr     x21, table
fresh:  mov     x24, #(ENVP & 0xffff)   // x24 environment, x25 arguments
        movk    x24, #(ENVP >> 16), lsl #16
        add     x24, x24, x19
        mov     x25, #(ARGV & 0xffff)
        movk    x25, #(ARGV >> 16), lsl #16
        add     x25, x25, x19
record: ldrb    w27, [x21], #1
        cbz     w27, failed
        cmp     w27, #'V'
        b.ne    1f
        str     x21, [x24, #-8]!        // a variable
        b       next
1:      cmp     w27, #'A'
        b.ne    1f
        str     x21, [x25, #-8]!        // an argument
        b       next
1:      mov     x26, x20                // a path: directory, then text
        add     x1, x19, #DIR
        bl      text
        mov     x1, x21
        bl      text
        add     x20, x20, #1
        str     x26, [x25, #-8]!
        cmp     w27, #'P'
        b.eq    next
        adr     x1, name                // E: what was pushed last is the file, and our name goes there
        str     x1, [x25]
        mov     x8, #221                // execve(file, arguments, environment)
        mov     x0, x26
        mov     x1, x25
        mov     x2, x24
        svc     #0
        neg     x27, x0                 // it returned: add to the message
        mov     x1, x26
        mov     x26, x20
        mov     x20, x23
        bl      text
        adr     x1, errno
        bl      text
        mov     x9, #10
        udiv    x10, x27, x9            // errno has up to three digits
        msub    x11, x10, x9, x27       // the last
        udiv    x12, x10, x9            // the first
        msub    x10, x12, x9, x10       // the one between
        cbz     x12, 1f
        add     w12, w12, #'0'
        strb    w12, [x20], #1
        b       2f
1:      cbz     x10, 3f
2:      add     w10, w10, #'0'
        strb    w10, [x20], #1
3:      add     w11, w11, #'0'
        strb    w11, [x20], #1
        adr     x1, comma
        bl      text
        mov     x23, x20
        mov     x20, x26
        bl      skip
        b       fresh
next:   bl      skip
        b       record

// No engine could be executed.
failed: sub     x20, x23, #2            // over the last comma
        adr     x1, advice
        cmp     x0, #-7                 // E2BIG
        b.ne    1f
        adr     x1, toobig
1:      bl      text
        add     x1, x19, #ERROR
die:    mov     x2, x1                  // a string's length
1:      ldrb    w9, [x2]
        cbz     w9, 2f
        add     x2, x2, #1
        b       1b
2:      sub     x2, x2, x1
        mov     x8, #64                 // write(2, message, length)
        mov     x0, #2
        svc     #0
        mov     x8, #94                 // exit_group(1)
        mov     x0, #1
        svc     #0

// Copies the string at x1 to x20, which is then at the copy's zero byte.
text:   ldrb    w9, [x1], #1
        strb    w9, [x20]
        cbz     w9, 1f
        add     x20, x20, #1
        b       text
1:      ret

// Writes x0 at x20 as 16 hex digits.
hex:    mov     w9, #16
1:      ror     x0, x0, #60
        and     w13, w0, #15
        cmp     w13, #10
        b.lo    2f
        add     w13, w13, #('a' - '0' - 10)
2:      add     w13, w13, #'0'
        strb    w13, [x20], #1
        subs    w9, w9, #1
        b.ne    1b
        ret

// Moves x21 behind the end of its string.
skip:   ldrb    w9, [x21], #1
        cbnz    w9, skip
        ret

caller: .asciz "TSRUN_CALLER="
self:   .asciz "/proc/self/exe"
null:   .asciz "/dev/null"
slash:  .asciz "/"
name:   .asciz "tsrun"
memory: .asciz "tsrun: cannot start an engine: no memory\n"
noproc: .asciz "tsrun: cannot start an engine: /proc is not mounted\n"
cannot: .asciz "tsrun: cannot start an engine: cannot execute "
errno:  .asciz " (errno "
comma:  .asciz "), "
advice: .asciz "; install tsrun again, or in its sources run `npm run build`\n"
toobig: .asciz "; arguments and environment are too long\n"
table:
