#include "ack.h"

#include <inttypes.h>

#include "body.h"
#include "die.h"
#include "scan.h"

enum { COALESCE_MS = 50, JITTER_MS = 10 };

static void tell(struct timer *timer)
{
    struct ack *a = container_of(timer, struct ack, timer);
    a->asking = true;
    a->told = a->stored;
    device_ask(a->device, ASK_DELIVERED, a->number,
               "\"cmd\":\"receipt.%s\",\"conversation\":\"%s\",\"seq\":%" PRIu64,
               a->reads ? "read" : "delivered", a->conversation, a->told);
}

void ack_init(struct ack *a, struct device *device, uint32_t number)
{
    *a = (struct ack){.device = device, .number = number};
    timer_init(&a->timer, tell);
}

static void tell_soon(struct ack *a)
{
    struct wheel *wheel = &a->device->link.load->wheel;
    if (a->asking || timer_armed(&a->timer))
        return;
    uint64_t jitter_ms = random_next() % (2 * JITTER_MS + 1);
    timer_set(wheel, &a->timer, wheel->now_ms + COALESCE_MS - JITTER_MS + jitter_ms);
}

void ack_stored(struct ack *a, uint64_t seq)
{
    a->stored = seq;
    tell_soon(a);
}

void ack_answered(struct ack *a, struct str frame)
{
    uint64_t delivered;
    struct str name = a->reads ? STR("\"read\":") : STR("\"delivered\":");
    if (!a->asking) /* stopped meanwhile */
        return;
    if (!scan_u64(frame, name, &delivered) || delivered != a->told)
        die("a mark at %" PRIu64 " was answered %.*s", a->told, (int)frame.n, frame.p);
    a->asking = false;
    if (a->stored > a->told)
        tell_soon(a);
}

void ack_stop(struct ack *a)
{
    timer_cancel(&a->device->link.load->wheel, &a->timer);
    a->asking = false;
    a->told = a->stored;
}
