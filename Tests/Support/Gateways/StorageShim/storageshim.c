// Has one call of a program to its disk fail, or end the program: LD_PRELOAD this.
//
// STORAGESHIM_UNDER   calls below this folder are counted, over all threads
// STORAGESHIM_LOG     gets a line for each: its number, its name, its path
// STORAGESHIM_AT      the number of the call that is harmed; none without it
// STORAGESHIM_HARM    fail: it does nothing and fails; persist: it is done and fails; half: half is written, and the program ends;
//                     kill: the program ends before it; killed: the program ends after it
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static char under[PATH_MAX];
static size_t underLength;
static int logFile = -1;
static long at;
static enum { none, fail, persist, half, killBefore, killAfter } harm;
static atomic_long count;

__attribute__((constructor)) static void begin(void) {
    const char *folder = getenv("STORAGESHIM_UNDER"), *log = getenv("STORAGESHIM_LOG");
    const char *number = getenv("STORAGESHIM_AT"), *what = getenv("STORAGESHIM_HARM");
    if (!folder || !log) return;
    underLength = strlen(folder);
    if (underLength >= sizeof under) return;
    memcpy(under, folder, underLength + 1);
    logFile = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    at = number ? atol(number) : 0;
    if (!what) return;
    static const char *names[] = {"", "fail", "persist", "half", "kill", "killed"};
    for (int index = 1; index < 6; index++) if (!strcmp(what, names[index])) harm = index;
    // Whoever the program starts is left alone.
    unsetenv("LD_PRELOAD");
}

static void end(void) {
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) syscall(SYS_pause);
}

// Counts a call below the folder, and says how it is harmed.
static int counted(const char *name, const char *path) {
    if (logFile < 0 || strncmp(path, under, underLength)) return none;
    long number = atomic_fetch_add(&count, 1) + 1;
    char line[PATH_MAX + 64];
    int length = snprintf(line, sizeof line, "%ld %s %s\n", number, name, path + underLength);
    if (length > 0 && (size_t)length < sizeof line) syscall(SYS_write, logFile, line, (size_t)length);
    if (number != at) return none;
    if (harm == killBefore) end();
    return harm;
}

static int countedFile(const char *name, int file) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
    if (length <= 0) return none;
    path[length] = 0;
    return counted(name, path);
}

static int countedPath(const char *name, const char *path) {
    char whole[PATH_MAX];
    if (path[0] == '/') return counted(name, path);
    while (path[0] == '.' && path[1] == '/') path += 2;
    if (syscall(SYS_getcwd, whole, sizeof whole) <= 0) return none;
    size_t length = strlen(whole);
    snprintf(whole + length, sizeof whole - length, "/%s", path);
    return counted(name, whole);
}

// How a call that does all or nothing ends.
#define WHOLE(harmed, call) \
    do { \
        int how = (harmed); \
        if (how == fail) { errno = EIO; return -1; } \
        int result = (int)(call); \
        if (how == killAfter || how == half) end(); \
        if (how == persist) { errno = EIO; return -1; } \
        return result; \
    } while (0)

// How a write ends, of which a half may be done.
#define WRITTEN(harmed, call, bytes, less) \
    do { \
        int how = (harmed); \
        if (how == fail) { errno = ENOSPC; return -1; } \
        if (how == half) { size_t some = (bytes) / 2; (void)(less); end(); } \
        ssize_t result = (call); \
        if (how == killAfter) end(); \
        if (how == persist) { errno = EIO; return -1; } \
        return result; \
    } while (0)

ssize_t write(int file, const void *bytes, size_t size) {
    WRITTEN(countedFile("write", file), syscall(SYS_write, file, bytes, size), size,
            syscall(SYS_write, file, bytes, some));
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset) {
    WRITTEN(countedFile("pwrite", file), syscall(SYS_pwrite64, file, bytes, size, offset), size,
            syscall(SYS_pwrite64, file, bytes, some, offset));
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t offset) {
    return pwrite(file, bytes, size, offset);
}

int fdatasync(int file) { WHOLE(countedFile("fdatasync", file), syscall(SYS_fdatasync, file)); }
int fsync(int file) { WHOLE(countedFile("fsync", file), syscall(SYS_fsync, file)); }
int ftruncate(int file, off_t size) { WHOLE(countedFile("ftruncate", file), syscall(SYS_ftruncate, file, size)); }
int ftruncate64(int file, off64_t size) { return ftruncate(file, size); }
int rename(const char *from, const char *to) { WHOLE(countedPath("rename", to), syscall(SYS_rename, from, to)); }
int link(const char *from, const char *to) { WHOLE(countedPath("link", to), syscall(SYS_link, from, to)); }
int symlink(const char *to, const char *path) { WHOLE(countedPath("symlink", path), syscall(SYS_symlink, to, path)); }
int unlink(const char *path) { WHOLE(countedPath("unlink", path), syscall(SYS_unlink, path)); }

static int removed(const char *path) {
    int result = (int)syscall(SYS_unlink, path);
    return result && errno == EISDIR ? (int)syscall(SYS_rmdir, path) : result;
}

int remove(const char *path) { WHOLE(countedPath("remove", path), removed(path)); }
int mkdir(const char *path, mode_t mode) { WHOLE(countedPath("mkdir", path), syscall(SYS_mkdir, path, mode)); }
