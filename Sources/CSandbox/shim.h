// What Swift can't call or say: variadic prctl(2), system calls without a wrapper, the macros of ancillary data.
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

// glibc's own (2.34 and later), declared only for GNU sources.
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
extern void explicit_bzero(void *bytes, size_t count);

/// Ends the process when the thread that started it ends.
static inline int sandbox_end_with_parent(void) { return prctl(PR_SET_PDEATHSIG, (long)SIGKILL, 0L, 0L, 0L); }

/// Takes the process out of core dumps and out of reach of others of its user.
static inline int sandbox_forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L); }

/// Lets nothing that is executed from here on gain rights; needed for the rest.
static inline int sandbox_forbid_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L); }

/// The version of Landlock's interface in this kernel; below 1 there is none.
static inline long sandbox_landlock_version(void) { return syscall(SYS_landlock_create_ruleset, NULL, 0, 1L << 0); }

/// Refuses all files and, from version 4 on, TCP; from version 6 on also sockets and processes outside. What is open stays.
/// Returns 0, or -1 with errno. The attribute is declared here, since a header may be older than the kernel (landlock(7)).
static inline int sandbox_forbid_files(long version) {
    struct { uint64_t files, network, scopes; } all = {0, 0, 0};
    all.files = (1ULL << 13) - 1;
    if (version >= 2) all.files |= 1ULL << 13;
    if (version >= 3) all.files |= 1ULL << 14;
    if (version >= 5) all.files |= 1ULL << 15;
    if (version >= 4) all.network = 3;
    if (version >= 6) all.scopes = 3;
    size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
    int rules = (int)syscall(SYS_landlock_create_ruleset, &all, size, 0L);
    if (rules < 0) return -1;
    int result = (int)syscall(SYS_landlock_restrict_self, rules, 0L);
    int fault = errno;
    close(rules);
    errno = fault;
    return result;
}

#if defined(__x86_64__)
#define SANDBOX_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define SANDBOX_ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "the sandbox knows x86-64 and arm64"
#endif

/// The system calls that a worker has: memory of its own, the descriptors it was given, time, its end. All else is EPERM.
static const uint32_t sandbox_calls[] = {
    SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_recvfrom, SYS_sendto, SYS_recvmsg, SYS_sendmsg,
    SYS_close, SYS_shutdown, SYS_fcntl, SYS_fstat, SYS_lseek, SYS_ppoll, SYS_pselect6,
    SYS_getsockopt, SYS_setsockopt, SYS_getsockname, SYS_getpeername,
    SYS_brk, SYS_munmap, SYS_mremap, SYS_madvise, SYS_futex,
    SYS_clock_gettime, SYS_gettimeofday, SYS_setitimer, SYS_getrandom, SYS_sched_yield, SYS_uname,
    SYS_getpid, SYS_gettid, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid,
    SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_exit, SYS_exit_group,
#if defined(__x86_64__)
    SYS_poll, SYS_select, SYS_time,
#endif
};

/// Leaves the process the system calls above, and no memory that can be both made by it and executed. Returns 0, or -1 with errno.
static inline int sandbox_forbid_calls(void) {
    enum { listed = sizeof sandbox_calls / sizeof *sandbox_calls };
    struct sock_filter code[listed * 2 + 16];
    unsigned short end = 0;
#define SANDBOX_STEP(...) code[end++] = (struct sock_filter)__VA_ARGS__
#define SANDBOX_REFUSE BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)
    SANDBOX_STEP(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)));
    SANDBOX_STEP(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SANDBOX_ARCHITECTURE, 1, 0));
    SANDBOX_STEP(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
    SANDBOX_STEP(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)));
    for (int i = 0; i < listed; i++) {
        SANDBOX_STEP(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, sandbox_calls[i], 0, 1));
        SANDBOX_STEP(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    }
    SANDBOX_STEP(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 2, 0));
    SANDBOX_STEP(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mprotect, 1, 0));
    SANDBOX_STEP(SANDBOX_REFUSE);
    // The low half of the third argument: both architectures are little-endian.
    SANDBOX_STEP(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])));
    SANDBOX_STEP(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1));
    SANDBOX_STEP(SANDBOX_REFUSE);
    SANDBOX_STEP(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
#undef SANDBOX_STEP
#undef SANDBOX_REFUSE
    struct sock_fprog program = {end, code};
    return (int)syscall(SYS_seccomp, (long)SECCOMP_SET_MODE_FILTER, (long)SECCOMP_FILTER_FLAG_TSYNC, &program);
}

/// The most descriptors that go with one message.
enum { descriptors_max = 2 };

/// Sends bytes and, with the first of them, descriptors (unix(7)). Returns what sendmsg(2) does.
static inline ssize_t descriptors_send(int socket, const void *bytes, size_t count, const int *descriptors, int number) {
    struct iovec part = {(void *)bytes, count};
    union { struct cmsghdr head; char bytes[CMSG_SPACE(sizeof(int) * descriptors_max)]; } room;
    memset(&room, 0, sizeof room);
    struct msghdr message;
    memset(&message, 0, sizeof message);
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (number > 0 && number <= descriptors_max) {
        message.msg_control = room.bytes;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)number);
        room.head.cmsg_level = SOL_SOCKET;
        room.head.cmsg_type = SCM_RIGHTS;
        room.head.cmsg_len = CMSG_LEN(sizeof(int) * (size_t)number);
        memcpy(CMSG_DATA(&room.head), descriptors, sizeof(int) * (size_t)number);
    }
    return sendmsg(socket, &message, MSG_NOSIGNAL);
}

/// Receives bytes and the descriptors that came with them, at most descriptors_max. Returns what recvmsg(2) does.
static inline ssize_t descriptors_receive(int socket, void *bytes, size_t count, int *descriptors, int *number) {
    struct iovec part = {bytes, count};
    union { struct cmsghdr head; char bytes[CMSG_SPACE(sizeof(int) * descriptors_max)]; } room;
    struct msghdr message;
    memset(&message, 0, sizeof message);
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = room.bytes;
    message.msg_controllen = sizeof room.bytes;
    *number = 0;
    ssize_t result = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    struct cmsghdr *head = result > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    if (head && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS) {
        size_t size = head->cmsg_len - CMSG_LEN(0);
        if (size > sizeof(int) * descriptors_max) size = sizeof(int) * descriptors_max;
        memcpy(descriptors, CMSG_DATA(head), size);
        *number = (int)(size / sizeof(int));
    }
    return result;
}
