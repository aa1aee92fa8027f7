#ifndef C_ALLOCATION_COUNT_H
#define C_ALLOCATION_COUNT_H

/// Calls of malloc, calloc, realloc and aligned_alloc by the whole program so far.
///
/// Meant for programs of one thread: the count is not synchronised.
long allocation_count(void);

#endif
