//! Count files that a reader takes without a note.

use super::case::Case;
use super::sample::{self, Built, META};
use crate::support::raw::Order;

pub(super) fn cases() -> Vec<Case> {
    [
        bases(),
        counts(),
        chains(),
        places(),
        headers(),
        metadata(),
        orders(),
        unjudged(),
    ]
    .concat()
}

/// The files from which the rejected ones differ.
fn bases() -> Vec<Case> {
    let small = sample::small().built;
    let stacks = sample::stacks().built;
    let pages = sample::pages().built;
    vec![
        sample::two_units().built.accepted(
            "two-units",
            &["fmt.record.size"],
            "A record of two units.",
        ),
        sample::three_in_a_chain().built.accepted(
            "three-in-a-chain",
            &["fmt.link"],
            "Three counters in one chain.",
        ),
        sample::empty().built.accepted(
            "empty",
            &["fmt.page", "fmt.header.length", "fmt.meta.end"],
            "A file without counters: its limit is 0.",
        ),
        small.accepted(
            "small",
            &["fmt.bucket", "fmt.link", "fmt.place", "fmt.place.limit"],
            "Three counters, two of them in one chain.",
        ),
        stacks.accepted(
            "stacks",
            &["stack.decode", "stack.ditto"],
            "Two stack counters, the names of which have ditto marks.",
        ),
        pages.accepted(
            "two-pages",
            &["fmt.page", "fmt.place", "fmt.name.max"],
            "Names of full length, of which the fourth does not fit into the first page.",
        ),
    ]
}

fn counts() -> Vec<Case> {
    let one = |id: &str, count: u64, about: &str| {
        let mut built = Built::new();
        built.add(b"tool/count", count);
        built.accepted(id, &["fmt.count.max"], about)
    };
    vec![
        one("count-0", 0, "A count of 0 is a count."),
        one(
            "count-32-bits",
            u64::from(u32::MAX),
            "A count that fills its low word.",
        ),
        one("count-33-bits", 1 << 32, "A count whose low word is 0."),
        one(
            "count-53-bits",
            (1 << 53) + 1,
            "A count that no binary64 number holds.",
        ),
        one(
            "count-63-bits",
            i64::MAX as u64,
            "The greatest count that a signed integer holds.",
        ),
        one("count-high", 1 << 63, "A count whose highest bit is set."),
        one("count-max", u64::MAX, "The greatest count."),
    ]
}

fn chains() -> Vec<Case> {
    let mut long = Built::new();
    for (count, name) in sample::sharing(&long.raw, "tool/chain", 20)
        .iter()
        .enumerate()
    {
        long.add(name, count as u64);
    }
    let mut first = Built::new();
    let name = of_bucket(&first, 0);
    first.add(&name, 7);
    let mut last = Built::new();
    let name = of_bucket(&last, 511);
    last.add(&name, 8);
    let mut dead = Built::new();
    dead.raw.add_dead(b"tool/dead", 4);
    dead.add(b"tool/dead", 5);
    let mut unlinked = Built::new();
    unlinked.add(b"tool/before", 1);
    unlinked.raw.add_unlinked(b"tool/never-linked", 2);
    unlinked.add(b"tool/after", 3);
    let mut reserved = Built::new();
    reserved.add(b"tool/before", 1);
    let limit = reserved.raw.limit();
    reserved.raw.set_limit(limit + 96);
    reserved.add(b"tool/after", 3);
    let mut many = Built::new();
    for number in 0..300_u64 {
        many.add(format!("tool/many:{number}").as_bytes(), number * number);
    }
    vec![
        long.accepted(
            "chain-of-20",
            &["fmt.link"],
            "Twenty counters in one chain.",
        ),
        first.accepted("chain-0", &["fmt.bucket"], "A counter in the first chain."),
        last.accepted("chain-511", &["fmt.bucket"], "A counter in the last chain."),
        dead.accepted(
            "dead-record",
            &["fmt.dead"],
            "A dead record, in no chain, beside the one that won its name.",
        ),
        unlinked.accepted(
            "unlinked-record",
            &["fmt.link"],
            "A record that its writer did not live to link, between two others.",
        ),
        reserved.accepted(
            "reserved-space",
            &["fmt.place.limit"],
            "Space that was reserved and never written to, between two records.",
        ),
        many.accepted(
            "counters-300",
            &["fmt.bucket"],
            "Three hundred counters in two pages.",
        ),
    ]
}

/// A name of this chain.
fn of_bucket(built: &Built, bucket: u32) -> Vec<u8> {
    let mut names = (0..).map(|number| format!("tool/name-{number}").into_bytes());
    let found = names.find(|name| built.raw.bucket(name) == bucket);
    found.expect("every chain has names")
}

fn places() -> Vec<Case> {
    // R is 2304 here; a name of 3568 bytes makes a record of 3584, 16384 - 2304 = 14080.
    let mut boundary = Built::new();
    for (number, len) in [3568, 3568, 3568, 3312].into_iter().enumerate() {
        boundary.add(&vec![b'p' + number as u8; len], 1);
    }
    let end = boundary.raw.limit();
    assert_eq!(
        end % 16384,
        16384 - 32,
        "the last record ends 32 bytes before the page does"
    );
    let mut moved = Built::new();
    for (number, len) in [3568, 3568, 3568, 3312 + 32].into_iter().enumerate() {
        moved.add(&vec![b'p' + number as u8; len], 1);
    }
    let start = moved.raw.records()[3];
    assert_eq!(
        start, 16384,
        "the record that would end with the page lies in the next"
    );
    let mut spare = Built::new();
    spare.add(b"tool/one", 1);
    spare.raw.grow_to(5 * 16384);
    let mut uneven = Built::new();
    uneven.add(b"tool/one", 1);
    uneven.raw.grow_to(16384 + 100);
    let mut third = Built::new();
    for number in 0..9_u8 {
        third.add(&vec![b'a' + number; 4090], u64::from(number));
    }
    let mut padded = Built::new();
    let name_len = 17;
    let off = padded.add(&vec![b'x'; name_len], 6) as usize;
    padded.raw.bytes[off + 16 + name_len..off + 64].fill(0xee);
    vec![
        boundary.accepted(
            "page-all-but-32",
            &["fmt.place"],
            "A record that ends 32 bytes before its page does stays in it.",
        ),
        moved.accepted(
            "page-exact",
            &["fmt.place"],
            "A record that would end where its page ends lies in the next one.",
        ),
        third.accepted(
            "three-pages",
            &["fmt.page", "fmt.place"],
            "Records in three pages.",
        ),
        spare.accepted("pages-to-spare", &["fmt.page"], "Pages without records."),
        uneven.accepted(
            "size-uneven",
            &["fmt.file.min"],
            "A size that is no multiple of 16384: readers do not judge it.",
        ),
        padded.accepted(
            "padding-not-zero",
            &["fmt.record.size"],
            "Bytes other than zero behind a name: readers do not judge them.",
        ),
    ]
}

fn headers() -> Vec<Case> {
    let with = |program: &str| {
        let mut meta = META;
        meta[2].1 = program;
        let mut built = Built::of(&meta, Order::Little);
        built.add(b"tool/one", 1);
        built
    };
    let text_len = |program: &str| {
        let mut meta = META;
        meta[2].1 = program;
        crate::support::raw::meta_text(&meta).len()
    };
    let base = text_len("");
    let full = "p".repeat(32 * 5 - base);
    let over = "p".repeat(32 * 5 - base + 1);
    let long = "p".repeat(512 - base);
    let mut no_zero = with(&full);
    assert_eq!(no_zero.raw.header_len, 192);
    no_zero.meta_is(b"Program", full.as_bytes());
    let mut longest = Built::of_text(&vec![b'\n'; 16384 - 32], &[]);
    longest.add(b"tool/one", 1);
    longest.raw.grow_to(2 * 16384);
    let mut shortest = Built::of_text(b"", &[]);
    shortest.add(b"tool/one", 1);
    vec![
        no_zero.accepted(
            "header-without-padding",
            &["fmt.header.write", "fmt.meta.end"],
            "Metadata that ends where the header does, without a zero byte.",
        ),
        with(&over).accepted(
            "header-with-31-bytes-padding",
            &["fmt.header.write"],
            "Metadata of one byte more, so that 31 bytes of padding follow.",
        ),
        with(&long).accepted(
            "meta-512",
            &["fmt.meta.max"],
            "Metadata of 512 bytes, the longest that is written.",
        ),
        longest.accepted(
            "header-16384",
            &["fmt.header.length", "fmt.header.order"],
            "The longest header; its metadata is empty lines.",
        ),
        shortest.accepted(
            "header-32",
            &["fmt.header.length", "fmt.header.order"],
            "The shortest header: there is no metadata.",
        ),
    ]
}

/// Name of the case, what it shows, the text of the metadata, keys and values that are read.
type Lines = (
    &'static str,
    &'static str,
    &'static [u8],
    &'static [(&'static [u8], &'static [u8])],
);

const LINES: &[Lines] = &[
    (
        "blank-lines",
        "Empty lines anywhere.",
        b"\n\nProgram: a\n\n\nVersion: b\n",
        &[(b"Program", b"a"), (b"Version", b"b")],
    ),
    (
        "empty-value",
        "An empty value.",
        b"Version: \n\n",
        &[(b"Version", b"")],
    ),
    (
        "empty-key",
        "An empty key.",
        b": value\n\n",
        &[(b"", b"value")],
    ),
    (
        "first-colon",
        "The first colon with a space ends the key; others belong to the value.",
        b"a:b: c: d\n\n",
        &[(b"a:b", b"c: d")],
    ),
    (
        "unended-line",
        "The last line without a newline.",
        b"Program: a",
        &[(b"Program", b"a")],
    ),
    (
        "unknown-key",
        "A key that nobody knows.",
        b"Colour: red\n\n",
        &[(b"Colour", b"red")],
    ),
    (
        "carriage-return",
        "A carriage return belongs to the value.",
        b"Program: a\r\n",
        &[(b"Program", b"a\r")],
    ),
    (
        "not-utf8",
        "Keys and values are bytes.",
        b"K\xff: \xfe\x80\n\n",
        &[(b"K\xff", b"\xfe\x80")],
    ),
    (
        "spaces",
        "Spaces around a value belong to it.",
        b"Program:  a \n\n",
        &[(b"Program", b" a ")],
    ),
];

fn metadata() -> Vec<Case> {
    let of = |id: &str, clause: &'static str, about: &str, text: &[u8], meta: &[(&[u8], &[u8])]| {
        let mut built = Built::of_text(text, meta);
        built.add(b"tool/one", 1);
        built.accepted(&format!("meta-{id}"), &[clause], about)
    };
    let lines = LINES.iter();
    let lines = lines.map(|(id, about, text, meta)| of(id, "fmt.meta.line", about, text, meta));
    let zero = of(
        "zero-ends",
        "fmt.meta.end",
        "A zero byte ends the metadata, whatever follows.",
        b"Program: a\n\n\0Program: b\nno line\n",
        &[(b"Program", b"a")],
    );
    lines.chain([zero]).collect()
}

fn orders() -> Vec<Case> {
    ["s390x", "ppc64", "mips64"]
        .into_iter()
        .map(|goarch| {
            let mut meta = META;
            meta[6].1 = goarch;
            let mut built = Built::of(&meta, Order::Big);
            let names = sample::sharing(&built.raw, "tool/counter", 2);
            built.add(&names[0], 1);
            built.add(&names[1], 1 << 40);
            built.add_as(
                b"bug\nmain.f:+1,+0x2\n\".g:+3,+0x4",
                b"bug\nmain.f:+1,+0x2\nmain.g:+3,+0x4",
                2,
            );
            built.accepted(
                &format!("big-endian-{goarch}"),
                &["fmt.header.order"],
                "A file of a machine that stores the high byte first.",
            )
        })
        .collect()
}

/// What readers do not judge.
fn unjudged() -> Vec<Case> {
    let mut foreign = Built::new();
    let record = foreign.add(b"tool/one", 1);
    let own = foreign.raw.head_off(b"tool/one");
    let other = foreign.raw.header_len as usize + 4 + 4 * ((own / 4) % 7);
    assert_ne!(own, other);
    foreign.raw.set32(own, 0);
    foreign.raw.set32(other, record);
    let mut free = Built::new();
    free.add(b"tool/one", 1);
    free.raw.bytes[16000..16384].fill(0xa5);
    let mut gap = Built::new();
    let end = gap.raw.first_record() as usize;
    gap.raw.bytes[gap.raw.header_len as usize + 2052..end].fill(0x5a);
    gap.add(b"tool/one", 1);
    vec![
        foreign.accepted(
            "record-in-other-chain",
            &["fmt.bucket"],
            "A record in a chain other than that of its name: the rule binds writers alone.",
        ),
        free.accepted(
            "free-space-not-zero",
            &["fmt.page"],
            "Bytes other than zero past the limit.",
        ),
        gap.accepted(
            "table-gap-not-zero",
            &["fmt.table.inside"],
            "Bytes other than zero between the table and the first record.",
        ),
    ]
}
