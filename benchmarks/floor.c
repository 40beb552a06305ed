/* The floor under benchmarks/writing.py: bytes that are ready, written and synced.
 *
 *     floor FILE BYTES BATCH COMMITS
 *     floor FILE BYTES MOST
 *
 * The first copies BATCH records of BYTES each into one buffer, as a batch writer does, writes it
 * into space that was allocated and zeroed before, calls fdatasync, COMMITS times over.
 * Prints the seconds that took. The second does one such commit for each number of
 * records, at most MOST, that it reads from its input (32 bits, as the machine has them),
 * and answers each with a byte. Neither hashes, numbers or checks anything.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static void give_up(const char *what) {
    perror(what);
    exit(1);
}

static void serve(int file, const char *record, size_t bytes, char *buffer,
                  size_t total) {
    size_t at = 0;
    uint32_t batch;
    while (read(0, &batch, sizeof batch) == (ssize_t)sizeof batch) {
        size_t portion = batch * bytes;
        if (portion > total) exit(2);
        if (at + portion > total) at = 0;
        for (size_t j = 0; j < batch; j++) memcpy(buffer + j * bytes, record, bytes);
        if (pwrite(file, buffer, portion, (off_t)at) != (ssize_t)portion)
            give_up("pwrite");
        if (fdatasync(file) != 0) give_up("fdatasync");
        at += portion;
        if (write(1, "", 1) != 1) give_up("write");
    }
}

int main(int count, char **arguments) {
    if (count != 4 && count != 5) return 2;
    size_t bytes = strtoul(arguments[2], NULL, 10);
    size_t batch = strtoul(arguments[3], NULL, 10);
    size_t commits = count == 5 ? strtoul(arguments[4], NULL, 10) : 4;
    size_t portion = bytes * batch, total = portion * commits;
    int file = open(arguments[1], O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (file < 0) give_up("open");
    if (posix_fallocate(file, 0, (off_t)total) != 0) give_up("posix_fallocate");
    char *record = calloc(1, bytes), *buffer = calloc(1, portion);
    if (record == NULL || buffer == NULL) give_up("calloc");
    for (size_t i = 0; i < commits; i++)
        if (pwrite(file, buffer, portion, (off_t)(i * portion)) < 0) give_up("pwrite");
    if (fsync(file) != 0) give_up("fsync");
    memset(record, 'x', bytes);
    if (count == 4) {
        serve(file, record, bytes, buffer, total);
        return 0;
    }
    double start = now();
    for (size_t i = 0; i < commits; i++) {
        for (size_t j = 0; j < batch; j++) memcpy(buffer + j * bytes, record, bytes);
        if (pwrite(file, buffer, portion, (off_t)(i * portion)) != (ssize_t)portion)
            give_up("pwrite");
        if (fdatasync(file) != 0) give_up("fdatasync");
    }
    printf("%.9f\n", now() - start);
    return 0;
}
