#include "main_secret.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int main_secret_read(const char *path, char out[SECRET_BYTES_MAX])
{
    FILE *file = fopen(path, "re");
    if (!file)
        return -errno;
    setvbuf(file, NULL, _IONBF, 0); /* nobody wipes its buffer */
    char *read = fgets(out, SECRET_BYTES_MAX, file);
    size_t n = read ? strcspn(out, "\r\n") : 0;
    int next = n == SECRET_BYTES_MAX - 1 ? fgetc(file) : EOF;
    fclose(file);
    if (!read)
        return -EINVAL;
    out[n] = 0;
    return next == EOF || next == '\r' || next == '\n' ? 0 : -EMSGSIZE;
}
