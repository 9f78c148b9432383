/* Loaded into a process with LD_PRELOAD. Copies each file to the folder POWER_LOSS_DISK when it is synchronized: what a disk has
   after a loss of power, if everything that was not synchronized is lost. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void keep(int fd) {
    const char *disk = getenv("POWER_LOSS_DISK");
    char link[64], path[PATH_MAX], copy[2 * PATH_MAX], part[2 * PATH_MAX + 8], bytes[65536];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = disk ? readlink(link, path, sizeof path - 1) : -1;
    if (length <= 0) return;
    path[length] = 0;
    const char *name = strrchr(path, '/');
    int from = open(link, O_RDONLY);
    snprintf(copy, sizeof copy, "%s%s", disk, name ? name : "/unknown");
    /* A process that is killed while it copies leaves the copy before. */
    snprintf(part, sizeof part, "%s.part", copy);
    int to = open(part, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ssize_t count;
    while (from >= 0 && to >= 0 && (count = read(from, bytes, sizeof bytes)) > 0)
        if (write(to, bytes, count) != count) abort();
    if (from >= 0) close(from);
    if (to >= 0) close(to);
    if (from >= 0 && to >= 0) rename(part, copy);
}

#define SYNC(name)                                                  \
    int name(int fd) {                                              \
        int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, #name);   \
        int result = real(fd);                                      \
        if (result == 0) keep(fd);                                  \
        return result;                                              \
    }

SYNC(fsync)
SYNC(fdatasync)
