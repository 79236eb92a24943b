/* For test_json_differential.py: reads texts, each behind its length in four bytes (little-endian),
 * and answers each in the same form with what was read written again, or with nothing. */
#include <stdio.h>
#include <stdlib.h>

#include "proto/api.gen.h"
#include "proto/test_echo.h"
#include "util/arena.h"
#include "util/macros.h"
#include "util/mem.h"

int main(void)
{
    unsigned char head[4];
    static struct json_token tokens[API_JSON_TOKENS_MAX];
    while (fread(head, 1, sizeof(head), stdin) == sizeof(head)) {
        size_t n = (size_t)head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16;
        /* Exactly as large as the text, so that a sanitizer sees a read past its end. */
        char *text = mem_new(n);
        must(fread(text, 1, n, stdin) == n);
        struct json json = {.tokens = tokens, .tokens_max = ARRAY_SIZE(tokens)};
        struct arena arena = {0};
        struct builder out = {0};
        struct writer w = {.out = &out};
        if (json_parse(&json, str_n(text, n)) == 0)
            echo_value(&w, &json, 0, &arena);
        struct str echo = builder_str(&out);
        for (unsigned i = 0; i < 4; i++)
            putchar((int)(echo.n >> 8 * i & 0xff));
        fwrite(echo.p, 1, echo.n, stdout);
        builder_deinit(&out);
        arena_deinit(&arena);
        free(text);
    }
    return 0;
}
