/* Carries a planned statement out on what stands (keyspace.h). */
#ifndef PARLEY_SIM_CASSANDRA_EXECUTE_H
#define PARLEY_SIM_CASSANDRA_EXECUTE_H

#include "broken.h"
#include "keyspace.h"
#include "store/cql/cql.h"

/* As the driver knows it, and as we do. */
struct cql_statement {
    uint32_t number; /* enum statement */
    enum cql_repeat repeat;
    struct plan plan;
    enum broken broken; /* a rule that is not kept in this world */
    bool spared;        /* it never goes wrong in this world */
    bool slow;          /* it often takes long */
};

struct outcome {
    bool conditional, applied;
    bool has_rows;
    struct cql_rows rows; /* encoded in the arena */
};

/* `serial`: what was decided is finished first. */
void execute_select(struct keyspace *, const struct cql_part *, bool serial, uint32_t replicas,
                    struct arena *, struct outcome *);
/* One statement or a batch. `now`: of the coordinator's clock, in microseconds; `on`: the replicas
 * that it has reached so far. */
void execute_write(struct keyspace *, const struct cql_part *, size_t n, int64_t now, uint32_t on,
                   struct arena *, struct outcome *);

#endif
