/*
 * A program that reads the file while others count into it.
 *
 * Follows spec/concurrency.md, section Reading, and the code in src/dir.rs. READERS_JUDGE asks
 * whether a reader notices by itself what is wrong with a file, while all other checks are silent.
 */

#ifdef RECORDS_APART
#define one_step                    /* Every record is read in a step of its own. */
#else
#define one_step d_step             /* All at once: what is linked does not change (it is checked). */
#endif

inline read_record(pointer) {
    snapshot_must(snapshot_lies_in_what_was_read,
        pointer >= FIRST && pointer + max(length[pointer], 1) <= known);
    snapshot_must(snapshot_records_are_complete, word[pointer] > 0
        && length[pointer] == length_of(word[pointer] - 1)
        && word[pointer + length[pointer] - 1] == word[pointer]);
    snapshot_must(snapshot_names_are_unique, !(names & word[pointer]));
    names = names | word[pointer];
    reached = max(reached, pointer + length[pointer]);
    pointer = next[pointer]
}

/* A program that reads the file once, in the order of [read.live]. */
proctype reader(byte me) {
    byte table[CHAINS];             /* heads; then, of each chain, what is still to be read */
    byte known, known_limit;        /* how far it has read the file; the limit */
    byte reached;                   /* the greatest end of a record */
    byte due, names;                /* bit n: name n has to be there; is there */

    /* Readers are alike: the one that begins first is the first. */
    readers == me;
#ifdef FAULT_LIMIT_READ_FIRST
    known_limit = limit;
#endif
#ifdef FAULT_TABLE_READ_LAST
    known = size;
#endif
    /* [read.live] First the table. */
    d_step {
        readers++;
        table[0] = head[0];
        due = (acknowledged[0] -> 1 : 0) + (acknowledged[1] -> 2 : 0)
    }
#if CHAINS > 1
    table[1] = head[1];
#endif
    /* [read.live] Then the records, up to where the file ends. */
    one_step {
#ifndef FAULT_TABLE_READ_LAST
        known = size;
#endif
        do
        :: table[0] != 0 -> d_step { read_record(table[0]) }
#if CHAINS > 1
        :: table[0] == 0 && table[1] != 0 -> d_step { read_record(table[1]) }
#endif
        :: else ->
            d_step {
                snapshot_must(snapshot_has_what_was_acknowledged, (due & ~names) == 0);
                names = 0; due = 0
            }
            break
        od
    };
    /* [read.live] Last the limit, in place of the one read before. */
    if
    :: d_step {
#ifndef FAULT_LIMIT_READ_FIRST
        known_limit = limit;
#endif
        snapshot_must(snapshot_limit_covers_records, reached <= known_limit);
        reached = 0;
        if
        :: known_limit <= known -> known_limit = 0; known = 0
        :: else
        fi
    }
    fi;
    /* [read.live] The rest of the file, if the limit is past what was read. */
    if
    :: known_limit > 0 -> d_step {
#ifndef FAULT_REST_NOT_READ
        known = size;
#endif
        snapshot_must(snapshot_reaches_its_limit, known_limit <= known);
        known_limit = 0; known = 0
    }
    :: else
    fi
}
