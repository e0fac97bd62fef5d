# The launcher for x86-64: what users and engines execute as `tsrun`. It starts the JavaScript engine.
#
# An engine changes its process before any JavaScript runs, and obeys its caller's environment
# (NODE_OPTIONS, BUN_OPTIONS, LD_PRELOAD ...). So this program writes down what the engine will change,
# renames every variable of the caller so that no engine knows it, and executes the engine, found beside itself.
# No libc, no relocation. Its TypeScript side: src/host/caller.ts reads the report, scripts/build/launcher.ts writes the
# table. aarch64.S is the same program, line by line.
#
#   report    TSRUN_CALLER=, then six numbers of 16 hex digits each: flags (bit 0: the working directory is
#             deleted), open descriptors (bit n: descriptor n), soft and hard limit of open files, blocked
#             signals, ignored signals (bit n-1: signal n)
#   table     after the code: strings, each one letter and a text, ended by a zero byte; read in order:
#             V text     put a variable in front of the environment
#             A text     put an argument in front of the caller's arguments
#             P path     the same, a path relative to the launcher's directory
#             E path     execute it; where that fails, forget the above and go on
#             an empty string ends the table
#
# Registers: r12 the initial stack, rbx ARENA, rbp write position for strings, r13 table, r14 open
# descriptors at first, then end of the directory's name, r15 flags, then the error message's write position.

        .set BASE,   0x10000000         # where this file is mapped
        .set SIZE,   0x00002000         # of the file: code, table, padding; scripts/build/launcher.ts knows it
        .set ARENA,  0x01800000         # 24 MiB of address space: the kernel lets no more than 6 MiB of
                                        # arguments and environment through, vectors included
        .set DIR,    0x00001000         # in the arena: name of the launcher's directory
        .set ERROR,  0x00003000         #   error message
        .set STRING, 0x00020000         #   strings
        .set ARGV,   0x00800400         #   the caller's arguments; the table's are put in front, downwards
        .set ENVP,   0x01000400         #   the caller's environment, likewise

        .intel_syntax noprefix
        .text
ehdr:   .byte 0x7f, 'E', 'L', 'F', 2, 1, 1, 0   # ELF64, little endian, System V
        .quad 0
        .short 2                        # ET_EXEC
        .short 62                       # EM_X86_64
        .long 1
        .quad BASE + (_start - ehdr)    # entry
        .quad phdr - ehdr               # program headers
        .quad 0                         # no sections
        .long 0
        .short 64, 56, 2, 0, 0, 0       # two program headers
phdr:   .long 1, 5                      # PT_LOAD, readable and executable: the whole file
        .quad 0, BASE, BASE
        .quad SIZE, SIZE
        .quad 0x1000
        .long 0x6474e551, 6             # PT_GNU_STACK, not executable
        .quad 0, 0, 0, 0, 0
        .quad 16

_start: mov     r12, rsp                # argc, argv[], NULL, envp[], NULL, auxv[]
        mov     eax, 9                  # mmap(NULL, ARENA, READ|WRITE,
        xor     edi, edi
        mov     esi, ARENA
        mov     edx, 3
        mov     r10d, 0x4022            #   PRIVATE|ANONYMOUS|NORESERVE, -1, 0)
        or      r8, -1
        xor     r9d, r9d
        syscall
        lea     rsi, [rip + memory]
        test    rax, rax
        js      die
        mov     rbx, rax

# Which of the first 64 descriptors are open. Of 0-2 those that are not get /dev/null, or what the engine opens
# first would be our standard output.
        xor     r14d, r14d              # open descriptors
        xor     r15d, r15d              # flags
        xor     ebp, ebp                # descriptor
stdio:  mov     eax, 72                 # fcntl(descriptor, F_GETFD)
        mov     edi, ebp
        mov     esi, 1
        syscall
        test    rax, rax
        js      1f
        bts     r14, rbp
        jmp     2f
1:      cmp     ebp, 3
        jae     2f
        mov     eax, 257                # openat(AT_FDCWD, "/dev/null", O_RDWR): the lowest free one is this one
        mov     edi, -100
        lea     rsi, [rip + null]
        mov     edx, 2
        syscall
        test    rax, rax
        jns     2f
        mov     eax, 257                # openat(AT_FDCWD, "/", O_PATH): no /dev here
        mov     edi, -100
        lea     rsi, [rip + slash]
        mov     edx, 0x200000
        syscall
2:      inc     ebp
        cmp     ebp, 64
        jb      stdio

# A deleted or unreachable working directory: engines fail in one.
        mov     eax, 79                 # getcwd(arena, 4096)
        mov     rdi, rbx
        mov     esi, 0x1000
        syscall
        cmp     rax, -2                 # ENOENT: deleted
        je      1f
        test    rax, rax                # any other error is the engine's affair
        js      2f
        cmp     byte ptr [rbx], '/'     # "(unreachable)/...": outside our root
        je      2f
1:      inc     r15d                    # flag 1
        mov     eax, 80                 # chdir("/")
        lea     rdi, [rip + slash]
        syscall

# The report.
2:      lea     rbp, [rbx + STRING]
        lea     rsi, [rip + caller]
        call    text
        mov     rax, r15                # flags
        call    hex
        mov     rax, r14                # open descriptors
        call    hex
        mov     eax, 302                # prlimit64(0, RLIMIT_NOFILE, NULL, arena)
        xor     edi, edi
        mov     esi, 7
        xor     edx, edx
        mov     r10, rbx
        syscall
        mov     rax, [rbx]              # soft
        call    hex
        mov     rax, [rbx + 8]          # hard
        call    hex
        mov     eax, 14                 # rt_sigprocmask(SIG_BLOCK, NULL, arena, 8)
        xor     edi, edi
        xor     esi, esi
        mov     rdx, rbx
        mov     r10d, 8
        syscall
        mov     rax, [rbx]
        call    hex
        xor     r15d, r15d              # ignored signals
        mov     r13d, 64
1:      mov     eax, 13                 # rt_sigaction(signal, NULL, arena, 8)
        mov     edi, r13d
        xor     esi, esi
        mov     rdx, rbx
        mov     r10d, 8
        syscall
        add     r15, r15
        cmp     qword ptr [rbx], 1      # SIG_IGN
        jne     2f
        inc     r15
2:      dec     r13d
        jnz     1b
        mov     rax, r15
        call    hex
        mov     byte ptr [rbp], 0
        inc     rbp

# Engines need these: SIGCHLD not ignored, or exit statuses get lost; SIGPWR not ignored, or Bun says so on
# standard error; nothing blocked. Where the directory's name will be there are zeros: SIG_DFL, an empty set.
        lea     rsi, [rbx + DIR]
        xor     edx, edx
        mov     r10d, 8
        mov     eax, 13                 # rt_sigaction(SIGCHLD, default, NULL, 8)
        mov     edi, 17
        syscall
        mov     eax, 13                 # rt_sigaction(SIGPWR, default, NULL, 8)
        mov     edi, 30
        syscall
        mov     eax, 14                 # rt_sigprocmask(SIG_SETMASK, none, NULL, 8)
        mov     edi, 2
        syscall

# The environment: each of the caller's variables with an @ in front of its name, and the report.
        mov     rax, [r12]              # argc
        lea     r8, [r12 + rax*8 + 16]  # envp
        mov     r9d, ENVP
        add     r9, rbx
        lea     rax, [rbx + STRING]
        mov     [r9], rax
1:      add     r9, 8
        mov     rsi, [r8]
        add     r8, 8
        test    rsi, rsi
        jz      2f
        mov     [r9], rbp
        mov     byte ptr [rbp], '@'
        inc     rbp
        call    text
        inc     rbp                     # keep its zero byte
        jmp     1b
2:                                      # the arena was zero: the vector is ended

# The directory: of /proc/self/exe, which begins with a slash. Without /proc engines crash, and nothing can be done.
        lea     r14, [rbx + DIR]
        mov     eax, 89                 # readlink("/proc/self/exe", dir, 4096)
        lea     rdi, [rip + self]
        mov     rsi, r14
        mov     edx, 0x1000
        syscall
        lea     rsi, [rip + noproc]
        test    rax, rax
        js      die
        add     r14, rax                # back to the last slash
1:      cmp     byte ptr [r14 - 1], '/'
        je      2f
        dec     r14
        jmp     1b
2:      mov     byte ptr [r14], 0       # DIR is now a string that ends with a slash

# The caller's arguments, without the name we were called by.
        mov     rcx, [r12]              # argc
        test    rcx, rcx                # 0: nothing to copy
        jz      1f
        dec     rcx
1:      lea     rsi, [r12 + 16]         # argv + 1
        mov     edi, ARGV
        add     rdi, rbx
        rep     movsq

# The table.
        lea     r15, [rbx + ERROR]
        lea     rsi, [rip + cannot]
        xchg    r15, rbp
        call    text
        xchg    r15, rbp
        lea     r13, [rip + table]
fresh:  mov     r8d, ENVP               # r8 environment, r9 arguments
        add     r8, rbx
        mov     r9d, ARGV
        add     r9, rbx
record: movzx   eax, byte ptr [r13]
        inc     r13
        test    eax, eax
        jz      failed
        cmp     eax, 'V'
        jne     1f
        sub     r8, 8                   # a variable
        mov     [r8], r13
        jmp     next
1:      cmp     eax, 'A'
        jne     1f
        sub     r9, 8                   # an argument
        mov     [r9], r13
        jmp     next
1:      mov     r10, rbp                # a path: directory, then text
        lea     rsi, [rbx + DIR]
        call    text
        mov     rsi, r13
        call    text
        inc     rbp
        sub     r9, 8
        mov     [r9], r10
        cmp     eax, 'P'
        je      next
        lea     rsi, [rip + name]       # E: what was pushed last is the file, and our name goes there
        mov     [r9], rsi
        mov     rdi, r10
        mov     eax, 59                 # execve(file, arguments, environment)
        mov     rsi, r9
        mov     rdx, r8
        syscall
        mov     r11, rax                # it returned: add to the message
        neg     r11
        mov     rsi, r10
        xchg    r15, rbp
        call    text
        lea     rsi, [rip + errno]
        call    text
        mov     rax, r11
        xor     edx, edx
        mov     ecx, 10
        div     ecx                     # errno has up to three digits
        mov     esi, edx
        xor     edx, edx
        div     ecx
        test    eax, eax
        jz      1f
        add     al, '0'
        mov     [rbp], al
        inc     rbp
        jmp     2f
1:      test    edx, edx
        jz      3f
2:      add     dl, '0'
        mov     [rbp], dl
        inc     rbp
3:      lea     eax, [rsi + '0']
        mov     [rbp], al
        inc     rbp
        lea     rsi, [rip + comma]
        call    text
        xchg    r15, rbp
        call    skip
        jmp     fresh
next:   call    skip
        jmp     record

# No engine could be executed.
failed: lea     rbp, [r15 - 2]          # over the last comma
        lea     rsi, [rip + advice]
        cmp     r11d, 7                 # E2BIG
        jne     1f
        lea     rsi, [rip + toobig]
1:      call    text
        lea     rsi, [rbx + ERROR]
die:    mov     rdx, rsi                # a string's length
1:      cmp     byte ptr [rdx], 0
        je      2f
        inc     rdx
        jmp     1b
2:      sub     rdx, rsi
        mov     eax, 1                  # write(2, message, length)
        mov     edi, 2
        syscall
        mov     eax, 231                # exit_group(1)
        mov     edi, 1
        syscall

# Copies the string at rsi to rbp, which is then at the copy's zero byte.
text:   mov     cl, [rsi]
        mov     [rbp], cl
        test    cl, cl
        jz      1f
        inc     rsi
        inc     rbp
        jmp     text
1:      ret

# Writes rax at rbp as 16 hex digits.
hex:    mov     ecx, 16
1:      rol     rax, 4
        mov     edx, eax
        and     edx, 15
        cmp     edx, 10
        jb      2f
        add     edx, 'a' - '0' - 10
2:      add     edx, '0'
        mov     [rbp], dl
        inc     rbp
        dec     ecx
        jnz     1b
        ret

# Moves r13 behind the end of its string.
skip:   inc     r13
        cmp     byte ptr [r13 - 1], 0
        jne     skip
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
