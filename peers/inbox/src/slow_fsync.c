/* Loaded into a process with LD_PRELOAD. Each fsync takes as many microseconds longer as SLOW_FSYNC has. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

#define SYNC(name)                                                  \
    int name(int fd) {                                              \
        int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, #name);   \
        usleep((useconds_t)atol(getenv("SLOW_FSYNC")));             \
        return real(fd);                                            \
    }

SYNC(fsync)
SYNC(fdatasync)
