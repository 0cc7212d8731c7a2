/*
 * A program that counts: it looks a name up, inserts a record if there is none, and adds.
 *
 * Follows spec/concurrency.md, sections Looking up, Inserting and Counting, and the code in
 * src/counter/table.rs and src/counter/cell.rs, step by step. It may stop for ever between any two
 * steps. Every FAULT_ is a mistake that `run` builds in on purpose, one at a time.
 */

/* [fmt.place] */
inline place(name) {
    place_start = (known_limit == 0 -> FIRST : known_limit);
    if
    :: place_start / PAGE != (place_start + length_of(name)) / PAGE ->
        place_start = round(place_start)
    :: else
    fi;
    place_end = place_start + length_of(name)
}

/* [insert.order] */
inline write_record() {
    d_step {
        touch_own(ours);
#ifdef FAULT_WAITING_WRITTEN
        count[ours] = weight_of(me)
#else
        count[ours] = 0
#endif
    }
    d_step { touch_own(ours); word[ours] = word_of(name) }
    if
    :: length_of(name) > 1 -> d_step { touch_own(ours + 1); word[ours + 1] = word_of(name) }
    :: else
    fi;
    d_step { touch_own(ours); length[ours] = length_of(name) }
}

/* Both exchanges: one step, but in two faults, where the comparison is a step before. */
#ifdef FAULT_LIMIT_STORED
#define limit_is_known same
#else
#define limit_is_known (limit == known_limit)
#endif
#ifdef FAULT_HEAD_STORED
#define head_is_known same
#else
#define head_is_known (head[chain_of(name)] == known_head)
#endif

inline begin(number) {
    name = number;
    begun[number] = begun[number] | weight_of(me);
    assert(_pid == process_of(me))
}

#ifdef ONE_NAME_FOR_WRITER_1
#define names_of(writer) (3 - (writer))     /* Names 0 and 1, or name 1 alone. */
#else
#define names_of(writer) 3
#endif

/* A program that adds to both names once, in any order. */
proctype writer(bit me) {
    bit name;
    byte left = names_of(me);       /* bit n: name n is still to be added to */
    byte known = PAGE;              /* how far the file is known to reach */
    byte there;                     /* how far it was just seen to reach */
    byte known_head, known_limit;   /* as last read */
    byte pointer, until, end;       /* of a record, of a walk, of a record */
    byte ours;                      /* the record that was reserved; 0 if none was */
#if defined(FAULT_LIMIT_STORED) || defined(FAULT_HEAD_STORED)
    bit same;
#endif

    {
        do
        :: left == 0 -> break
        :: else ->
            /* [count.add] The addition waits in the process. The liveness property knows the
               process by its number. */
            if
            :: d_step { left & 1 -> left = left - 1; begin(0) }
            :: d_step { left & 2 -> left = left - 2; begin(1) }
            fi;
#ifdef FAULT_LOCKED
            /* One program inserts at a time; the others try again until it has. */
            do
            :: d_step { !locked -> locked = true } break
            :: else
            od;
#endif
            if
            :: d_step { known_head = head[chain_of(name)]; pointer = known_head }
            fi;

search:     /* Looks for the name in the records from `pointer` to before `until`. The limit is
               read after the head. */
            if
            :: pointer != until -> known_limit = limit
            :: else
            fi;
            do
            :: pointer == until -> known_limit = 0; goto absent
            :: else ->
                /* [find.pointer] It lies where records do: nobody who keeps the rules leads
                   elsewhere. So a walk ends, too, and needs no bound [find.bound]. */
                d_step {
                    must(nothing_looks_damaged, pointer >= FIRST && pointer + 1 <= known_limit)
                }
                reach(pointer + 1);
                d_step {
                    touch(pointer);
                    end = pointer + length[pointer];
                    must(nothing_looks_damaged, end <= known_limit)
                }
                reach(end);
                if
                :: d_step { end == pointer + length_of(name) -> end = 0 }
                    if
                    :: d_step { word[pointer] == word_of(name) -> touch(pointer) } break
                    :: else
                    fi
                :: else -> end = 0
                fi;
                d_step { touch(pointer); pointer = next[pointer] }
            od;
            known_limit = 0;
            if
            :: ours != 0 ->
                /* [insert.race, fmt.dead] Another program was faster. */
                d_step {
#if defined(FAULT_OWN_USED)
                    pointer = ours
#elif defined(FAULT_NOT_DEAD)
                    touch_own(ours)
#else
                    touch_own(ours); next[ours] = DEAD; check_file()
#endif
                }
            :: else
            fi;
            goto attached;

absent:     if
#ifdef FAULT_NEXT_KEPT
            :: ours != 0 -> goto exchange
#else
            :: ours != 0 -> goto link
#endif
            :: else
            fi;

            /* [insert.order] Reserves the place: the limit is exchanged for the record's end. */
            known_limit = limit;
reserve:    reach(known_limit);                                              /* [insert.limit] */
            if
            :: known_limit == 0 ->
                /* [insert.limit] One step for both heads, as a head never is 0 again. */
                if
                :: head[0] != 0 || head[CHAINS - 1] != 0 ->
                    d_step { must(nothing_looks_damaged, limit != 0) }
                :: else
                fi
            :: else
            fi;
            d_step {
                must(nothing_looks_damaged, known_limit == 0 || known_limit >= FIRST);
                place(name);                                                 /* [fmt.place] */
                end = place_end
            }
#ifndef FAULT_LIMIT_FIRST
            grow(end);
#endif
#ifdef FAULT_LIMIT_STORED
            same = (limit == known_limit);
#endif
            d_step {
                if
                :: limit_is_known ->
                    place(name);
                    must(limit_rises, place_end > limit);
                    must(records_are_disjoint, !(reserved & units_of(place_start, place_end)));
                    reserved = reserved | units_of(place_start, place_end);
                    limit = place_end;                                      /* [fmt.place.limit] */
                    ours = place_start;
                    known_limit = 0;
                    check_file()
                :: else -> known_limit = limit
                fi
#ifndef FAULT_LIMIT_FIRST
                ; end = 0
#endif
            }
            if
            :: ours == 0 -> goto reserve
            :: else
            fi;
#ifdef FAULT_LIMIT_FIRST
            grow(end);
            end = 0;
#endif
#ifndef FAULT_HEAD_FIRST
            write_record();
#endif

link:       /* [insert.order, fmt.link] The next field, then the head. */
#ifndef FAULT_NEXT_LAST
            if
            :: d_step { touch_own(ours); next[ours] = known_head }
            fi;
#endif
exchange:
#ifdef FAULT_HEAD_STORED
            same = (head[chain_of(name)] == known_head);
#endif
            if
            :: d_step {
                head_is_known ->
                head[chain_of(name)] = ours;
                linked = linked | bit_of(ours);
                pointer = ours;
                check_file()
            }
            :: d_step {
                !head_is_known ->
                until = known_head;
                known_head = head[chain_of(name)];
                pointer = known_head
            }
                /* [insert.race] */
#ifdef FAULT_RACE_NOT_SEARCHED
                goto link
#else
                goto search
#endif
            fi;
#ifdef FAULT_HEAD_FIRST
            write_record();
#endif
#ifdef FAULT_NEXT_LAST
            d_step { touch_own(ours); next[ours] = head[chain_of(name)]; check_file() }
#endif

attached:   /* [count.add] What waited is added to the record, at once. */
#ifdef FAULT_COUNT_STORED
            end = count[pointer];
#endif
            if
            :: d_step {
                touch(pointer);
#ifdef FAULT_COUNT_STORED
                count[pointer] = end + weight_of(me);
                end = 0;
#else
                count[pointer] = count[pointer] + weight_of(me);
#endif
                known_head = 0; until = 0;
                check_file()
            }
            fi;
            /* The addition returns. */
            d_step {
                acknowledged[name] = acknowledged[name] | weight_of(me);
                check_file();
                must(given_up_records_are_dead,
                    ours == 0 || (linked & bit_of(ours)) || next[ours] == DEAD);
                pointer = 0; ours = 0; name = 0
            }
#ifdef FAULT_LOCKED
            locked = false;
#endif
#ifdef FULL_DISK
            goto returned;
no_room:    /* [count.full] What waits goes on waiting. */
            if
            :: d_step {
                there = 0; known_head = 0; known_limit = 0; pointer = 0; until = 0; end = 0;
                ours = 0; name = 0
            }
            fi;
returned:   skip
#endif
        od
    } unless {
        /* It stops for ever, wherever it stands. What it knew is gone. */
        atomic {
            stop[me] ? _;
            left = 0; known = 0; there = 0; known_head = 0; known_limit = 0; pointer = 0;
            until = 0; end = 0; ours = 0; name = 0
        }
    };
    ended = ended || me == 0
}
