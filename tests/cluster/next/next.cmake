# cmake -DNOW=schema.cql -DSECTION=version.cql -DOUT=FILE -P next.cmake: the tables of this version, and
# below them those of the next, whatever the number of this one.
file(READ ${NOW} now)
file(READ ${SECTION} section)
string(REGEX MATCHALL "\n-- version [0-9]+" versions "${now}")
list(LENGTH versions n)
math(EXPR next "${n} + 1")
file(WRITE ${OUT} "${now}\n-- version ${next}\n\n${section}")
