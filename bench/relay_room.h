/* What both sides of the relay know: limit_relay.c is the process, relay_load.c its clients. */
#ifndef PARLEY_BENCH_RELAY_ROOM_H
#define PARLEY_BENCH_RELAY_ROOM_H

#include "limit_relay.h"
#include "scan.h"
#include "util/macros.h"
#include "ws/frame.h"
#include "ws/handshake.h"

enum { RELAY_ROOMS_MAX = 65536 };

#endif
