/*
 * A setting has a slot of BOARD_SETTINGS: the number of the change that set it, 8 bytes, and its
 * value as text. Values that this version does not know, of a setting or slots that it has not, are
 * a later one's: what is configured holds here.
 *
 * Refused: to send the value itself on the bus. It may be lost, or come late; so every node reads
 * it where it stands, and the bus only says that there is something to read.
 */
#include "admin/settings.h"

#include <stdio.h>
#include <string.h>

#include "chat/env.h"
#include "discovery/discovery.h"
#include "util/buf.h"
#include "util/macros.h"
#include "util/numbers.h"

/* --- what there is --- */

static int registration_named(struct str value)
{
    static const char *const names[] = {
        [REGISTRATION_CLOSED] = "closed",
        [REGISTRATION_INVITE] = "invite",
        [REGISTRATION_OPEN] = "open",
    };
    for (int i = 0; i < (int)ARRAY_SIZE(names); i++)
        if (str_eq(value, str_of(names[i])))
            return i;
    return -1;
}

/* Number -1: as this node is configured. */
static void apply_registration(const struct settings_options *o, int number)
{
    chat_set_registration(o->chat, number < 0 ? o->registration : (enum registration)number);
}

static void apply_log_level(const struct settings_options *o, int number)
{
    log_set_level(number < 0 ? o->log_level : (enum log_level)number);
}

static const struct {
    const char *name;
    int (*named)(struct str value); /* -1: it is none */
    void (*apply)(const struct settings_options *, int number);
} settings[SETTINGS] = {
    [SETTING_REGISTRATION] = {"registration", registration_named, apply_registration},
    [SETTING_LOG_LEVEL] = {"log.level", log_level_named, apply_log_level},
};

int setting_named(struct str name)
{
    for (int i = 0; i < SETTINGS; i++)
        if (str_eq(name, str_of(settings[i].name)))
            return i;
    return -1;
}

const char *setting_name(enum setting setting)
{
    return settings[setting].name;
}

bool setting_takes(enum setting setting, struct str value)
{
    return value.n <= SETTING_BYTES_MAX && settings[setting].named(value) >= 0;
}

/* --- reading --- */

static uint64_t number_of(struct str row)
{
    return row.n >= 8 ? be64_get(row.p) : 0;
}

static void take(struct settings *s, enum setting setting, struct str row)
{
    struct str value = row.n > 8 ? str_n(row.p + 8, row.n - 8) : STR("");
    char *held = s->values[setting];
    if (!setting_takes(setting, value))
        value = STR("");
    if (s->known && str_eq(value, str_of(held)))
        return;
    bool changed = !str_eq(value, str_of(held));
    memcpy(held, value.p, value.n);
    held[value.n] = 0;
    /* What this node has by its configuration, and perhaps by `log-level`, stands until it is set.
     */
    if (changed || setting == SETTING_REGISTRATION)
        settings[setting].apply(&s->options, value.n ? settings[setting].named(value) : -1);
    if (changed)
        log_info("setting", log_str("name", settings[setting].name), log_str("value", held));
}

static void take_all(struct settings *s, const struct str slots[BOARD_SLOTS_MAX])
{
    for (uint32_t i = 0; i < BOARD_SLOTS_MAX; i++)
        s->number = MAX(s->number, number_of(slots[i]));
    for (uint32_t i = 0; i < SETTINGS; i++)
        take(s, (enum setting)i, slots[i]);
    s->known = true;
    discovery_note(s->options.discovery, s->number);
}

static uint64_t now_ms(const struct settings *s)
{
    return s->options.env->ops->mono_ms(s->options.env);
}

static void read_in(struct settings *s, uint64_t ms)
{
    timer_set(s->options.env->wheel, &s->timer, now_ms(s) + ms);
}

static void read_done(struct store_request *request)
{
    struct store_board *read = container_of(request, struct store_board, base);
    struct settings *s = container_of(read, struct settings, read);
    bool done = read->base.status == STORE_DONE;
    s->reading = false;
    if (done && !s->over)
        take_all(s, read->slots);
    store_request_deinit(&read->base);
    if (s->over)
        return;
    bool again = (!done || s->number < s->told) && s->again < SETTINGS_AGAIN_MAX;
    s->again = again ? s->again + 1 : 0;
    read_in(s, again ? SETTINGS_AGAIN_MS : SETTINGS_EVERY_MS);
}

static void look(struct timer *timer)
{
    struct settings *s = container_of(timer, struct settings, timer);
    if (s->reading)
        return;
    s->reading = true;
    s->read = (struct store_board){.base.done = read_done, .board = BOARD_SETTINGS};
    store_board(s->options.store, &s->read);
}

void settings_told(struct settings *s, uint64_t number)
{
    if (number <= MAX(s->number, s->told) || s->over)
        return;
    s->told = number;
    s->again = 0;
    look(&s->timer); /* what is under way looks again by itself */
}

/* --- setting --- */

static void end_change(struct settings_change *c, enum store_status status)
{
    c->status = status;
    buf_unref(c->row);
    c->done(c);
}

static void put_done(struct store_request *request)
{
    struct store_board_put *put = container_of(request, struct store_board_put, base);
    struct settings_change *c = container_of(put, struct settings_change, put);
    struct settings *s = c->settings;
    enum store_status status = put->base.status;
    if (status == STORE_DONE && !s->over) {
        s->number = MAX(s->number, number_of(put->after));
        take(s, c->setting, put->after);
        discovery_note(s->options.discovery, s->number);
        discovery_say(s->options.discovery);
    }
    store_request_deinit(&put->base);
    store_request_deinit(&c->read.base);
    end_change(c, status);
}

static void change_read(struct store_request *request)
{
    struct store_board *read = container_of(request, struct store_board, base);
    struct settings_change *c = container_of(read, struct settings_change, read);
    struct builder row = {0};
    uint64_t number = 0;
    if (read->base.status != STORE_DONE || c->settings->over) {
        store_request_deinit(&read->base);
        end_change(c, STORE_FAILED);
        return;
    }
    for (uint32_t i = 0; i < BOARD_SLOTS_MAX; i++)
        number = MAX(number, number_of(read->slots[i]));
    be64_put(builder_reserve(&row, 8), number + 1);
    builder_advance(&row, 8);
    builder_add_str(&row, c->value);
    c->row = builder_finish(&row);
    c->put = (struct store_board_put){
        .base.done = put_done,
        .board = BOARD_SETTINGS,
        .slot = c->setting,
        .before = read->slots[c->setting],
        .after = buf_str(c->row),
    };
    store_board_put(c->settings->options.store, &c->put);
}

void settings_set(struct settings_change *c)
{
    must(!c->value.n || setting_takes(c->setting, c->value));
    c->row = NULL;
    c->read = (struct store_board){.base.done = change_read, .board = BOARD_SETTINGS};
    store_board(c->settings->options.store, &c->read);
}

/* --- beginning and end --- */

void settings_open(struct settings *s, const struct settings_options *options)
{
    s->options = *options;
    timer_init(&s->timer, look);
    chat_set_registration(options->chat, REGISTRATION_CLOSED);
    look(&s->timer);
}

void settings_stop(struct settings *s)
{
    s->over = true;
    if (s->options.store)
        timer_cancel(s->options.env->wheel, &s->timer);
}
