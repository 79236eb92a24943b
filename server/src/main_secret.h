/* Secrets that stand in files of their own, so that no configuration holds them. */
#ifndef PARLEY_MAIN_SECRET_H
#define PARLEY_MAIN_SECRET_H

enum { SECRET_BYTES_MAX = 256 };

/* The first line of the file. 0 or -errno (-EMSGSIZE: it is too long); whoever asked wipes it. */
int main_secret_read(const char *path, char out[SECRET_BYTES_MAX]);

#endif
