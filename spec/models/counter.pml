/*
 * Programs that count into one file: two writers, one of which may die, and up to two readers.
 *
 * Follows spec/concurrency.md. Clauses stand in brackets at the steps that they ask for. README.md
 * says what is modelled and what is not; `run` builds and runs everything.
 *
 * A statement, or a d_step, is one step: one access to the file or one system call. Between any
 * two, others act, or the process stops for ever. What one process does to its own variables
 * stands in the step before. Memory is sequentially consistent here.
 */

#ifndef READERS
#define READERS 2
#endif
#define process_of(writer) (1 + (writer))   /* its number for Spin, as init starts them */

chan stop[2] = [0] of { bit };      /* writer i dies in the moment in which this is received */
bit ended;                          /* writer 0 has added to both names */
#ifdef LIVE
#define ONLY_WRITER_1_DIES
bit noise;
#endif
#ifdef FAULT_LOCKED
bit locked;
#endif

#include "file.pml"
#include "properties.pml"
#include "growth.pml"
#include "writer.pml"
#include "reader.pml"

/* At most one writer dies, at any moment. */
proctype death() {
end_with_nobody_dead:
    if
#ifndef ONLY_WRITER_1_DIES
    :: stop[0] ! true
#endif
    :: stop[1] ! true
    fi
}

#ifdef LIVE
/* Programs that never rest, but insert nothing. */
proctype others() {
end_of_nothing:
    do
    :: noise = !noise
    od
}

/* [count.add, insert.race, find.bound] If writer 0 goes on acting, its additions end, and with them
   its inserts, whatever writer 1 does or leaves undone. Nothing is asked of any other's speed. */
#ifdef FAULT_NEVER_ACTS
ltl inserts_end { <> ended }
#else
ltl inserts_end { []<> (_last == process_of(0)) -> <> ended }
#endif
#endif

init {
    atomic {
        run writer(0);
        run writer(1);
        run death();
#ifdef LIVE
        run others();
#endif
#if READERS > 0
        run reader(0);
#endif
#if READERS > 1
        run reader(1)
#endif
    }
}
