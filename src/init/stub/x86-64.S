# The init stub for x86-64: a loop that receives a program of system calls, runs it, and answers.
#
# It is the only code of tsrun that runs inside a container's namespaces. It has no libc, no heap, no stack
# use and no relocation; everything it needs to know arrives on its control socket. Its TypeScript side is
# src/init/program.ts: keep the two layouts the same.
#
#   message   u64 length      of the whole message, this header included
#             i64 status      answer: 0, or the negative errno of the call that stopped the program
#             u64 cursor      in: address of the first operation; answer: of the one that ran last
#             u64 reply       how many bytes, from the header on, are sent back
#   operation u32 nr          system call number; ~0 ends the program
#             u32 flags       below
#             u64 args[6]
#             u64 store       address for the result, or 0
#
#   flags     bits 0-5        argument i is the address of the value (the result of an earlier call)
#             bit 6  IGNORE   any error is ignored
#             bit 7  FORK     where the result is 0 (the child): close the control socket; args[5] is the new one; wait there
#             bit 8  CONTROL  the result is the control socket from now on
#             bit 9  SHOW     one more than the result is put into the inbox's last 8 bytes; goes on when the
#                             driver has cleared them (process_vm_writev): no system call may be needed for it
#             bits 16-23, 24-31  an errno each that is tolerated
#
# An operation one of whose arguments refers to a failed (tolerated) call is skipped, and counts as failed
# the same way. End of file, or any error, on the control socket ends the process: a half-made init never
# outlives its driver. An answer that a seccomp filter forbids becomes the exit status: the errno.
#
# Registers: r12 control socket, rbx INBOX, r13 operation, r14 flags, r15 write position, rbp failed reference.

        .set BASE,   0x10000000         # where this file is mapped
        .set INBOX,  0x20000000         # where messages are received; src/init/program.ts knows it
        .set SIZE,   0x00800000         # 8 MiB of address space, touched as far as it is used
        .set CHUNK,  0x00010000         # one recvfrom
        .set SHOWN,  SIZE - 8           # in the inbox
        .set PATIENCE, 0x40000000       # seconds of looking there

        .intel_syntax noprefix
        .include "operation.x86-64.inc"
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
        .quad end - ehdr, end - ehdr
        .quad 0x1000
        .long 0x6474e551, 6             # PT_GNU_STACK, not executable
        .quad 0, 0, 0, 0, 0
        .quad 16

control: .long 3                        # control socket; src/init/stub-process.ts writes the real number here

_start: mov     eax, 9                  # mmap(INBOX, SIZE, READ|WRITE,
        mov     edi, INBOX
        mov     esi, SIZE
        mov     edx, 3
        mov     r10d, 0x104022          #   PRIVATE|ANONYMOUS|NORESERVE|FIXED_NOREPLACE, -1, 0)
        or      r8, -1
        xor     r9d, r9d
        syscall                         # refused: the first recvfrom fails, and we leave
        mov     ebx, INBOX
        mov     r12d, [rip + control]

wait:   mov     r15, rbx                # a new message
more:   mov     eax, 45                 # recvfrom(control, position, CHUNK, 0, NULL, NULL)
        mov     edi, r12d
        mov     rsi, r15
        mov     edx, CHUNK
        xor     r10d, r10d
        xor     r8d, r8d
        xor     r9d, r9d
        syscall
        test    rax, rax
        jle     leave                   # the driver is gone
        add     r15, rax
        mov     rax, r15
        sub     rax, rbx
        cmp     rax, [rbx]              # received less than length: more of it comes
        jb      more
        mov     r13, [rbx + 16]         # cursor

step:   mov     r14d, [r13 + 4]         # flags
        mov     eax, [r13]              # nr
        cmp     eax, -1
        je      done
        arguments
        test    rbp, rbp
        js      skip
        syscall

        test    r14b, r14b              # FORK is the sign bit of the low byte
        jns     1f
        test    rax, rax
        jnz     1f
        mov     edi, r12d               # the child: its own control socket, and not its parent's, whose end
        mov     r12d, r9d               #   of file would never come
        mov     eax, 3                  # close
        syscall
        jmp     wait
1:      cmp     rax, -4095
        jae     fail
        test    r14d, 0x100             # CONTROL
        jz      1f
        mov     r12d, eax
1:      test    r14d, 0x200             # SHOW
        jz      keep
        lea     rcx, [rax + 1]
        mov     [rbx + SHOWN], rcx
        mov     ecx, PATIENCE
1:      pause
        dec     ecx
        jz      leave                   # the driver is gone
        cmp     qword ptr [rbx + SHOWN], 0
        jne     1b
keep:   mov     rcx, [r13 + 56]         # store the result
        jrcxz   next
        mov     [rcx], rax
next:   add     r13, 64
        jmp     step

skip:   mov     rax, rbp
        jmp     keep

fail:   tolerate keep
        jmp     answer

done:   xor     eax, eax
answer: mov     [rbx + 8], rax          # status
        mov     [rbx + 16], r13         # cursor
        mov     eax, 44                 # sendto(control, INBOX, reply, MSG_NOSIGNAL, NULL, 0)
        mov     edi, r12d
        mov     rsi, rbx
        mov     rdx, [rbx + 24]
        mov     r10d, 0x4000
        xor     r8d, r8d
        xor     r9d, r9d
        syscall
        test    rax, rax
        jns     wait
        mov     edi, [rbx + 8]
        neg     edi                     # errno
        jnz     exit
leave:  mov     edi, 1
exit:   mov     eax, 231                # exit_group
        syscall
        ud2                             # forbidden too
end:
