/* What the labels of the bus's metrics count by (util/metric.h); main_metrics.c names them. */
#ifndef PARLEY_BUS_BUS_METRIC_H
#define PARLEY_BUS_BUS_METRIC_H

/* What goes between nodes. */
enum bus_as {
    BUS_AS_USER,     /* to a user's subject */
    BUS_AS_PRESENCE, /* to a presence's */
    BUS_AS_NODE,     /* to one node's */
    BUS_AS_ALL,      /* to all nodes */
    BUS_AS_BEAT,     /* the same, saying no more than who sends */
    BUS_AS_QUESTION,
    BUS_AS_ANSWER,
};

/* Why a message went nowhere. */
enum bus_dropped {
    BUS_DISCONNECTED,
    BUS_FAILED,
    BUS_TOO_LARGE,
    BUS_QUEUE_FULL,
    BUS_ARRIVALS_FULL,
    BUS_LOCAL_FULL,
};

/* What NATS complained of. */
enum bus_complaint { BUS_SLOW_CONSUMER, BUS_OTHER_ERROR };

#endif
