#include <malloc.h>
#include <sys/prctl.h>

/// Takes the process out of core dumps and out of reach of other processes of its user; prctl(2) is variadic, which Swift can't call.
static inline int process_set_not_dumpable(void) { return prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L); }

/// Has blocks of so many bytes and more taken from the system one by one and given back when they are freed, always:
/// glibc else keeps them from the first one that is freed, and long answers leave holes in its heap. Returns 0 if it can't.
static inline int process_give_back_blocks_from(int bytes) { return mallopt(M_MMAP_THRESHOLD, bytes); }

/// Has so many free bytes kept at the end of each heap; glibc else gives back from 128 KiB on, for the next batch to take
/// them from the system again. Returns 0 if it can't.
static inline int process_keep_free_bytes(int bytes) { return mallopt(M_TRIM_THRESHOLD, bytes); }
