/*
 * How a writer reaches memory, and lets the file grow under it.
 *
 * Follows spec/concurrency.md, section Growing, and the code in src/mapped/region.rs. What is used
 * here of the writer: `me`; `known`, how far it knows the file to reach; `there`, how far it just
 * saw it reach; `ours`, the record that it reserved.
 */

#ifdef SPARSE                       /* Writer 1 is one of Go's programs, which let pages be sparse. */
#define has_blocks_made (me == 0)
#else
#define has_blocks_made true
#endif

/* Part of every access to a record. */
inline touch(unit) {
    must(accesses_are_inside_the_file, unit < known && unit < size);
    must(accesses_have_blocks, !has_blocks_made || (blocks & bit_of((unit) / PAGE)))
}

/* Part of every write to a record but to its count: nobody was ever led to it. */
inline touch_own(unit) {
    touch(unit);
    must(linked_records_never_change, !(linked & bit_of(ours)))
}

/* [grow.blocks] fallocate, which leaves the length. It fails where there is no room. */
inline allocate(end) {
    if
    :: has_blocks_made -> blocks = blocks | pages_of(known, end)
#ifdef FULL_DISK
    :: goto no_room
#endif
    :: !has_blocks_made
    fi
}

/* Looks how long the file is, and lets it back the mapping up to there [find.grown, grow.blocks]. */
inline look() {
    there = size;
    if
    :: there > known ->
#ifndef FAULT_LOOK_WITHOUT_BLOCKS
        allocate(there);
#endif
        known = there
    :: else
    fi;
    there = 0
}

/* [find.grown] The bytes up to `end`, which the limit covers, can be touched. */
inline reach(end) {
    if
    :: end > known ->
#ifndef FAULT_FILE_NOT_LOOKED_AT
        look();
#endif
        d_step { must(nothing_looks_damaged, end <= known) }
    :: else
    fi
}

/* Makes the file reach `end`, page by page [fmt.page]. */
inline grow(end) {
    if
    :: end > known ->
        look();
        if
        :: end > known ->
#ifndef FAULT_GROWTH_WITHOUT_BLOCKS
            allocate(round(end));
#endif
            /* [grow.extend] 4 zero bytes at the end of the page, whatever the file's length is. */
            d_step {
#ifdef FAULT_LENGTH_SET
                size = round(end);
#else
                size = max(size, round(end));
#endif
                known = round(end);
                check_file()
            }
        :: else
        fi
    :: else
    fi
}
