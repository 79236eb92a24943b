/*
 * The header of server/src/store/cassandra, but for the version: the one after it. What is built
 * anew for the server of the next version (tests/cluster/CMakeLists.txt) finds this one first.
 */
#ifndef PARLEY_TESTS_CLUSTER_NEXT_SCHEMA_H
#define PARLEY_TESTS_CLUSTER_NEXT_SCHEMA_H

#define CASSANDRA_SCHEMA CASSANDRA_SCHEMA_NOW
#include "../../../../../server/src/store/cassandra/schema.h"
#undef CASSANDRA_SCHEMA

enum { CASSANDRA_SCHEMA = CASSANDRA_SCHEMA_NOW + 1 };

#endif
