// The init stub for aarch64: x86-64.S, line by line. What it does, the messages and the operations are described
// there.
//
// Registers: w20 control socket, x19 INBOX, x21 operation, w22 flags, x23 write position, x24 failed reference,
// x25 SHOWN.

        .set BASE,   0x10000000         // where this file is mapped
        .set INBOX,  0x20000000         // where messages are received; src/init/program.ts knows it
        .set SIZE,   0x00800000         // 8 MiB of address space, touched as far as it is used
        .set CHUNK,  0x00010000         // one recvfrom
        .set PATIENCE, 0x40000000       // seconds of looking

        .include "operation.aarch64.inc"
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
        .quad end - ehdr, end - ehdr
        .quad 0x10000                   // pages have up to 64 KiB
        .long 0x6474e551, 6             // PT_GNU_STACK, not executable
        .quad 0, 0, 0, 0, 0
        .quad 16

control: .long 3                        // control socket; src/init/stub-process.ts writes the real number here

_start: mov     x8, #222                // mmap(INBOX, SIZE, READ|WRITE,
        mov     x0, #INBOX
        mov     x1, #SIZE
        mov     x2, #3
        mov     w3, #0x4022             //   PRIVATE|ANONYMOUS|NORESERVE|FIXED_NOREPLACE, -1, 0)
        movk    w3, #0x10, lsl #16
        mov     x4, #-1
        mov     x5, #0
        svc     #0                      // refused: the first recvfrom fails, and we leave
        mov     x19, #INBOX
        mov     x25, #INBOX + SIZE
        sub     x25, x25, #8
        ldr     w20, control

wait:   mov     x23, x19                // a new message
more:   mov     x8, #207                // recvfrom(control, position, CHUNK, 0, NULL, NULL)
        mov     w0, w20
        mov     x1, x23
        mov     x2, #CHUNK
        mov     x3, #0
        mov     x4, #0
        mov     x5, #0
        svc     #0
        cmp     x0, #0
        b.le    leave                   // the driver is gone
        add     x23, x23, x0
        sub     x9, x23, x19
        ldr     x10, [x19]
        cmp     x9, x10                 // received less than length: more of it comes
        b.lo    more
        ldr     x21, [x19, #16]         // cursor

step:   ldr     w22, [x21, #4]          // flags
        ldr     w8, [x21]               // nr
        cmn     w8, #1
        b.eq    done
        arguments
        tbnz    x24, #63, skip
        svc     #0

        tbz     w22, #7, 1f             // FORK
        cbnz    x0, 1f
        mov     w0, w20                 // the child: its own control socket, and not its parent's, whose end
        mov     w20, w5                 //   of file would never come
        mov     x8, #57                 // close
        svc     #0
        b       wait
1:      cmn     x0, #4095               // unsigned: from -4095 on it is an errno
        b.hs    fail
        tbz     w22, #8, 1f             // CONTROL
        mov     w20, w0
1:      tbz     w22, #9, keep           // SHOW
        add     x9, x0, #1
        str     x9, [x25]
        mov     w10, #PATIENCE
1:      yield
        subs    w10, w10, #1
        b.eq    leave                   // the driver is gone
        ldr     x9, [x25]
        cbnz    x9, 1b
keep:   ldr     x9, [x21, #56]          // store the result
        cbz     x9, next
        str     x0, [x9]
next:   add     x21, x21, #64
        b       step

skip:   mov     x0, x24
        b       keep

fail:   tolerate keep
        b       answer

done:   mov     x0, #0
answer: str     x0, [x19, #8]           // status
        str     x21, [x19, #16]         // cursor
        mov     x8, #206                // sendto(control, INBOX, reply, MSG_NOSIGNAL, NULL, 0)
        mov     w0, w20
        mov     x1, x19
        ldr     x2, [x19, #24]
        mov     x3, #0x4000
        mov     x4, #0
        mov     x5, #0
        svc     #0
        tbz     x0, #63, wait
        ldr     w9, [x19, #8]
        negs    w0, w9                  // errno
        b.ne    exit
leave:  mov     x0, #1
exit:   mov     x8, #94                 // exit_group
        svc     #0
        udf     #0                      // forbidden too
end:
