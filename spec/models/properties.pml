/*
 * What has to hold: of the file at every moment, of each access, and of what readers read.
 *
 * The last property, that every insert ends, is about runs without end: it stands in counter.pml.
 */

/* What nobody knows but the checks. */

byte begun[2];                      /* per name: what was to be added so far */
byte acknowledged[2];               /* per name: of that, the additions that have returned */
short reserved;                     /* bit u: unit u belongs to a record that was reserved */
short linked;                       /* bit u: a head was exchanged for u */
byte readers;                       /* that have begun */

/* The properties, each with the clauses that it stands for. A violation is reported by its name. */

#define PROPERTY hidden byte

/* Of the file, at every moment. */
PROPERTY chains_end;                    /* [fmt.link, find.bound] */
PROPERTY linked_records_stay_linked;    /* [fmt.link, insert.race] */
PROPERTY linked_records_are_complete;   /* [insert.order, find.pointer] */
PROPERTY linked_records_never_change;   /* [insert.order, read.live] */
PROPERTY names_are_linked_once;         /* [insert.race, fmt.name.unique] */
PROPERTY records_are_disjoint;          /* [insert.order, fmt.record.overlap] */
PROPERTY limit_covers_records;          /* [insert.order, fmt.place.limit] */
PROPERTY limit_rises;                   /* [fmt.place.limit] */
PROPERTY file_reaches_limit;            /* [fmt.page, insert.limit] */
PROPERTY given_up_records_are_dead;     /* [fmt.dead, insert.race] */
PROPERTY acknowledged_adds_are_there;   /* [count.add]: nothing is lost */
PROPERTY adds_are_made_once;            /* [count.add]: nor added twice */

/* Of what writers do. */
PROPERTY accesses_are_inside_the_file;  /* [grow.extend, find.grown] */
PROPERTY accesses_have_blocks;          /* [grow.blocks] */
PROPERTY nothing_looks_damaged;         /* [find.pointer, find.grown, insert.limit] */

/* Of what a reader has read. */
PROPERTY snapshot_lies_in_what_was_read;        /* [read.live, fmt.record.end-inside] */
PROPERTY snapshot_records_are_complete;         /* [read.live, fmt.name.empty] */
PROPERTY snapshot_names_are_unique;             /* [read.live, fmt.name.unique] */
PROPERTY snapshot_limit_covers_records;         /* [read.live, fmt.record.end-limit] */
PROPERTY snapshot_reaches_its_limit;            /* [read.live, fmt.note.limit.inside] */
PROPERTY snapshot_has_what_was_acknowledged;    /* [read.live, count.add] */

#define snapshot_must(property, condition) property = (condition); assert(property)
#ifdef READERS_JUDGE                /* Does a reader notice by itself what is wrong with a file? */
#define must(property, condition) property = (condition)
#else
#define must(property, condition) property = (condition); assert(property)
#endif
#define bit_of(unit) (1 << (unit))
#define units_of(start, end) (bit_of(end) - bit_of(start))
#define pages_of(start, end) (bit_of((end) / PAGE) - bit_of((start) / PAGE))

hidden byte at, chain, sum, found[2], place_start, place_end;   /* used within one step */
hidden short seen;

/* What holds of a file at every moment. Part of every step that writes something it looks at. */
inline check_file() {
    must(file_reaches_limit, limit <= size);
    seen = 0;
    found[0] = 0;
    found[1] = 0;
    for (chain : 0 .. CHAINS - 1) {
        at = head[chain];
        do
        :: at == 0 -> break
        :: else ->
            must(chains_end, !(seen & bit_of(at)));
            must(limit_covers_records, at >= FIRST && at + max(length[at], 1) <= limit);
            must(linked_records_are_complete, word[at] > 0
                && length[at] == length_of(word[at] - 1)
                && word[at + length[at] - 1] == word[at]);
            if
            :: chains_end && limit_covers_records && linked_records_are_complete
            :: else -> break        /* `run` goes on behind an error, to find others. */
            fi;
            seen = seen | bit_of(at);
            must(names_are_linked_once, found[word[at] - 1] == 0);
            found[word[at] - 1] = at;
            at = next[at]
        od
    }
    must(linked_records_stay_linked, seen == linked);
    for (at : 0 .. 1) {
        sum = (found[at] -> count[found[at]] : 0);
        must(acknowledged_adds_are_there, (acknowledged[at] & ~sum) == 0);      /* [count.add] */
        must(adds_are_made_once, (sum & ~begun[at]) == 0)                       /* [count.add] */
    }
    at = 0
}
