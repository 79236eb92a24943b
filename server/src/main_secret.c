#include "main_secret.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int main_secret_read(const char *path, char out[SECRET_BYTES_MAX])
{
    FILE *file = fopen(path, "re");
    if (!file)
        return -errno;
    char *read = fgets(out, SECRET_BYTES_MAX, file);
    fclose(file);
    if (!read)
        return -EINVAL;
    out[strcspn(out, "\r\n")] = 0;
    return 0;
}
