/* The table is sorted by path, and small: a search by halves costs less than a hash would. */
#include "gateway/assets.h"

const struct asset *asset_find(const struct asset *assets, size_t n, struct str path)
{
    size_t low = 0, high = n;
    if (str_eq(path, STR("/")))
        path = STR("/index.html");
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = str_cmp(path, assets[middle].path);
        if (order == 0)
            return &assets[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}
