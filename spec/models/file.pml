/*
 * The count file as memory: the table, the records, and what the system says of the file.
 *
 * Follows the layout of spec/counter-file.md. Lengths and offsets count units of 32 bytes. A unit
 * of a name is one word. The header has no place: the table is limit and heads, and records begin
 * at FIRST. Names are 0 and 1. Who writes what, and when, is not known here.
 */

/* The bounds. `run` sets others, with -D. */

#ifndef CHAINS
#define CHAINS 1                    /* chains of the two names: 1 or 2 */
#endif
#ifdef SMALL_PAGES                  /* Every record is in a page of its own: 2 to 4 growths, ... */
#define FIRST 1
#define PAGE 2
#define PAGES 5
#define length_of(name) 1           /* ... and the names have one length. */
#else                               /* The second record or the third makes the file grow, once. */
#define FIRST 3                     /* R: where the first record begins */
#define PAGE 6
#define PAGES 2                     /* enough for two records of each name */
#define length_of(name) ((name) + 1)    /* of the name's record [fmt.record.size] */
#endif

#define UNITS (PAGE * PAGES)
#define DEAD 255                    /* [fmt.dead] */
#define chain_of(name) ((name) % CHAINS)
#define word_of(name) ((name) + 1)  /* what stands in each word of it; 0 stands in free space */
#define round(offset) (((offset) + PAGE - 1) / PAGE * PAGE)
#define max(a, b) ((a) > (b) -> (a) : (b))
#define weight_of(writer) (1 << 2 * (writer))   /* what it adds: a sum tells who added, and twice */

/* The file. It is whole before anybody counts, and mapped by all [open.whole, open.join]. */

byte limit;                         /* 0 counts as FIRST */
byte head[CHAINS];
byte count[UNITS], length[UNITS], next[UNITS];  /* of the record that begins at the unit */
byte word[UNITS];                   /* of a name, in each unit of its record */
byte size = PAGE;                   /* what the system says of the file */
byte blocks = 1;                    /* bit p: there are blocks behind page p */
