#include <sys/prctl.h>

/// Takes the process out of core dumps and out of reach of other processes of its user; prctl(2) is variadic, which Swift can't call.
static inline int process_set_not_dumpable(void) { return prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L); }
