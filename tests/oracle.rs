//! Tests of the naive reader and the raw writer, on which the other tests stand.
//!
//! The numbers were worked out by hand from `spec/counter-file.md`: the sample
//! metadata has 143 bytes, so H is 192, the chain heads start at 196, R is 2272,
//! and the chains of `a` and `b` are 288 and 233 with their heads at 1348 and 1128.

mod support;

use support::oracle::{decode_stack, read};
use support::raw::{Order, PAGE, Raw, many, meta_text, sample, sample_meta, sample_two_pages};

const R: usize = 2272;
const HEAD_A: usize = 1348;
const HEAD_B: usize = 1128;

fn empty() -> Raw {
    Raw::new(&sample_meta())
}

/// A file with the one record `a`, at R.
fn with_a() -> Raw {
    let mut raw = empty();
    raw.add(b"a", 5);
    raw
}

/// A file whose record `a` is the last 32 bytes, with a limit far behind them.
fn with_last_record() -> Raw {
    let mut raw = empty();
    raw.set_limit(0x0100_0000);
    raw.set32(HEAD_A, 16352);
    raw.set32(16352 + 8, 0xff00_0001);
    raw.bytes[16352 + 16] = b'a';
    raw
}

fn rejection(raw: &Raw) -> (&'static str, u64) {
    let rejection = read(&raw.bytes).expect_err("the file is to be rejected");
    (rejection.clause, rejection.offset)
}

/// The notes of a file that is taken, without the `fmt.note.` of their clauses.
fn notes(raw: &Raw) -> Vec<(u64, &'static str)> {
    let reading = read(&raw.bytes).expect("the file is to be taken");
    let short = |clause: &'static str| clause.strip_prefix("fmt.note.").expect("a note");
    let notes = reading.notes.into_iter();
    notes.map(|(off, clause)| (off, short(clause))).collect()
}

fn names(raw: &Raw) -> Vec<Vec<u8>> {
    let reading = read(&raw.bytes).expect("the file is to be taken");
    reading.records.into_iter().map(|record| record.1).collect()
}

fn decoded(name: &str) -> String {
    String::from_utf8(decode_stack(name.as_bytes())).expect("text stays text")
}

#[test]
fn the_header_of_a_file_without_records_is_as_laid_out() {
    let raw = empty();
    assert_eq!(raw.bytes.len(), 16384);
    assert_eq!(&raw.bytes[..28], b"# telemetry/counter file v1\n");
    assert_eq!(raw.bytes[28..32], [192, 0, 0, 0]);
    assert_eq!(&raw.bytes[32..64], b"TimeBegin: 2026-11-18T00:00:00Z\n");
    assert_eq!(&raw.bytes[160..175], b"GOARCH: amd64\n\n");
    assert!(raw.bytes[175..].iter().all(|byte| *byte == 0));
    assert_eq!(
        (raw.header_len, raw.limit(), raw.first_record()),
        (192, 0, 2272)
    );
}

#[test]
fn chains_are_those_of_fnv_1a_folded() {
    let raw = empty();
    assert_eq!(raw.bucket(b""), 217);
    assert_eq!(raw.bucket(b"a"), 288);
    assert_eq!(raw.bucket(b"foobar"), 244);
    assert_eq!(raw.bucket(b"go/invocations"), 84);
    assert_eq!(
        [b"a", b"b"].map(|name| raw.head_off(name)),
        [HEAD_A, HEAD_B]
    );
}

#[test]
fn a_record_is_written_byte_by_byte_as_laid_out() {
    let mut raw = empty();
    assert_eq!(raw.add(b"foobar", 0x0102), 2272);
    assert_eq!(raw.bytes[192..196], [0x00, 0x09, 0, 0]);
    assert_eq!(raw.bytes[1172..1176], [0xe0, 0x08, 0, 0]);
    assert_eq!(raw.bytes[R..R + 8], [2, 1, 0, 0, 0, 0, 0, 0]);
    assert_eq!(raw.bytes[R + 8..R + 16], [6, 0, 0, 0xff, 0, 0, 0, 0]);
    assert_eq!(&raw.bytes[R + 16..R + 32], b"foobar\0\0\0\0\0\0\0\0\0\0");
    assert_eq!((raw.get32(R + 8), raw.get64(R)), (0xff00_0006, 0x0102));
}

#[test]
fn a_later_record_of_a_chain_becomes_its_head() {
    let mut raw = empty();
    assert_eq!(raw.add(b"go/flag:12", 1), 2272);
    assert_eq!(raw.add(b"go/flag:29", 1), 2304);
    assert_eq!(raw.get32(196 + 4 * 5), 2304);
    assert_eq!((raw.get32(2304 + 12), raw.get32(2272 + 12)), (2272, 0));
    assert_eq!(names(&raw), [b"go/flag:29", b"go/flag:12"]);
}

#[test]
fn a_record_that_would_cross_a_page_starts_on_the_next() {
    let mut raw = empty();
    let starts = [b'a', b'b', b'c', b'd'].map(|byte| raw.add(&[byte; 4096], 1));
    assert_eq!(starts, [2272, 6400, 10528, 16384]);
    assert_eq!((raw.limit(), raw.bytes.len()), (20512, 32768));
    assert_eq!(raw.records(), starts);
    assert_eq!(notes(&raw), []);
}

#[test]
fn a_record_that_would_end_with_a_page_starts_on_the_next() {
    let mut raw = empty();
    assert_eq!(raw.add(&[b'a'; 14080 - 16], 1), 2272);
    assert_eq!((raw.limit(), raw.bytes.len()), (16352, 16384));
    assert_eq!(raw.add(b"a", 1), 16384);
    assert_eq!((raw.limit(), raw.bytes.len()), (16416, 32768));
    raw.set_limit(16417);
    assert_eq!(raw.add(b"b", 1), 16448);
}

#[test]
fn a_record_longer_than_a_page_starts_with_one() {
    let mut raw = empty();
    assert_eq!(raw.add(&[b'x'; 70000], 1), 16384);
    assert_eq!((raw.limit(), raw.bytes.len()), (86400, 98304));
    raw.grow_to(PAGE);
    assert_eq!(raw.bytes.len(), 98304, "a file only grows");
    assert_eq!(notes(&raw), [(16392, "name.max"), (16384, "place.page")]);
}

#[test]
fn dead_and_unlinked_records_take_space_and_are_not_visited() {
    let mut raw = empty();
    assert_eq!(raw.add_dead(b"a", 1), 2272);
    assert_eq!(raw.add_unlinked(b"a", 1), 2304);
    assert_eq!(raw.add(b"a", 1), 2336);
    assert_eq!(
        (raw.get32(2272 + 12), raw.get32(2304 + 12)),
        (0xffff_ffff, 0)
    );
    let reading = read(&raw.bytes).expect("all is valid");
    assert_eq!(reading.records, [(2336, b"a".to_vec(), 1)]);
    assert_eq!(reading.visited, 1);
}

#[test]
fn the_sample_is_taken_without_notes() {
    let reading = read(&sample()).expect("the sample is valid");
    assert_eq!(sample().len(), 16384);
    assert_eq!(reading.notes, []);
    assert_eq!((reading.records.len(), reading.visited), (16, 16));
    assert_eq!((reading.big_endian, reading.header_len), (false, 192));
    let meta = &reading.meta;
    assert_eq!((meta.len(), &meta[&b"GOOS"[..]][..]), (7, &b"linux"[..]));
    let counts = reading.counts();
    assert_eq!(counts[&b"go/errors"[..]], u64::MAX);
    assert_eq!(counts[&b"go/flag:race"[..]], 8);
    assert!(!counts.contains_key(&b"go/flag:work"[..]));
    let stack = b"go/bug\ncmd/go/internal/modload.loadImport:+44,+0x1b8\n\
                  cmd/go/internal/modload.LoadPackages:=120,+0x9d4";
    assert_eq!(counts[&stack[..]], 5);
}

#[test]
fn the_longer_samples_are_taken_without_notes() {
    let two_pages = read(&sample_two_pages()).expect("valid");
    assert_eq!(sample_two_pages().len(), 32768);
    assert_eq!((two_pages.notes.len(), two_pages.records.len()), (0, 13));
    let longest = two_pages.records.iter().map(|record| record.1.len()).max();
    assert_eq!(longest, Some(4096));
    let many = read(&many(3000)).expect("valid");
    assert_eq!((many.notes.len(), many.records.len()), (0, 3000));
    assert_eq!(many.counts()[&b"compile/flag:d-1"[..]], 10 * 37);
}

#[test]
fn rejects_a_file_shorter_than_a_page() {
    let mut raw = empty();
    raw.bytes.truncate(16383);
    assert_eq!(rejection(&raw), ("fmt.file.min", 16383));
    raw.bytes.clear();
    assert_eq!(rejection(&raw), ("fmt.file.min", 0));
}

#[test]
fn rejects_a_file_longer_than_64_mib_and_no_shorter_one() {
    let mut raw = with_a();
    raw.grow_to(67_108_864);
    assert_eq!(names(&raw), [b"a"]);
    raw.grow_to(67_108_865);
    assert_eq!(rejection(&raw), ("fmt.file.max", 67_108_864));
}

#[test]
fn rejects_another_magic_at_its_first_differing_byte() {
    for off in [0, 13, 27] {
        let mut raw = empty();
        raw.bytes[off] ^= 1;
        raw.bytes[27] = 0;
        assert_eq!(rejection(&raw), ("fmt.header.magic", off as u64));
    }
}

#[test]
fn takes_a_file_whose_words_have_the_high_byte_first() {
    let meta = meta_text(&[("GOARCH", "s390x")]);
    let mut raw = Raw::with_order(&meta, Order::Big);
    raw.add(b"a", 0x0102_0304_0506);
    assert_eq!(raw.get64(2144), 0x0102_0304_0506);
    assert_eq!(raw.bytes[28..32], [0, 0, 0, 64]);
    assert_eq!(raw.bytes[2144..2152], [0, 0, 1, 2, 3, 4, 5, 6]);
    let reading = read(&raw.bytes).expect("valid");
    assert!(reading.big_endian);
    assert_eq!((reading.header_len, reading.limit), (64, 2144 + 32));
    assert_eq!(reading.records, [(2144, b"a".to_vec(), 0x0102_0304_0506)]);
    assert_eq!(reading.notes, []);
}

#[test]
fn rejects_a_header_length_outside_32_to_16384_in_both_orders() {
    for order in [Order::Little, Order::Big] {
        let mut raw = Raw::with_order(b"", order);
        raw.grow_to(2 * PAGE);
        for header_len in [0, 31, 16385, 0xffff_ffff] {
            raw.set32(28, header_len);
            assert_eq!(rejection(&raw), ("fmt.header.length", 28));
        }
        for header_len in [32, 16384] {
            raw.set32(28, header_len);
            let reading = read(&raw.bytes).expect("both ends are in");
            assert_eq!(reading.header_len, header_len);
        }
    }
}

#[test]
fn rejects_a_table_that_leaves_the_file() {
    let mut raw = Raw::new(b"");
    raw.set32(28, 14333);
    assert_eq!(rejection(&raw), ("fmt.table.inside", 28));
    raw.set32(28, 14332);
    assert_eq!(notes(&raw), [(28, "header.round")]);
}

#[test]
fn metadata_ends_at_the_first_zero_or_at_the_header_end() {
    let read_meta = |meta: &[u8]| {
        let mut raw = Raw::new(meta);
        // No byte of this limit is zero, so H alone can end metadata that fills its space.
        raw.set_limit(0x0101_0101);
        read(&raw.bytes).expect("valid metadata").meta
    };
    let meta = |key: &[u8], value: &[u8]| (key.to_vec(), value.to_vec());
    assert_eq!(read_meta(b"A: 1\0no line"), [meta(b"A", b"1")].into());
    let full = [b"A: ".as_slice(), &[b'x'; 29]].concat();
    assert_eq!(read_meta(&full), [meta(b"A", &[b'x'; 29])].into());
    let odd = [meta(b"", b""), meta(b"A", b"b: c")];
    assert_eq!(read_meta(b"\n\n: \n\nA: b: c"), odd.into());
}

#[test]
fn rejects_a_metadata_line_without_colon_and_space() {
    let raw = Raw::new(b"A: 1\n\nB:2 :3\nC\n");
    assert_eq!(rejection(&raw), ("fmt.meta.line", 32 + 6));
    assert_eq!(rejection(&Raw::new(b"A:")), ("fmt.meta.line", 32));
}

#[test]
fn rejects_a_pointer_that_breaks_a_clause_at_the_pointer() {
    for (pointer, clause) in [
        (0xffff_ffff, "fmt.chain.dead"),
        (31, "fmt.record.align"),
        (2288, "fmt.record.align"),
        (2240, "fmt.record.first"),
        (0xffff_ffe0, "fmt.record.limit"),
    ] {
        let mut raw = with_a();
        raw.set32(HEAD_B, pointer);
        assert_eq!(rejection(&raw), (clause, HEAD_B as u64), "{pointer}");
        let mut raw = with_a();
        raw.set32(R + 12, pointer);
        assert_eq!(rejection(&raw), (clause, 2284), "{pointer}");
    }
}

#[test]
fn rejects_a_record_that_passes_the_limit_or_has_none() {
    let mut raw = with_a();
    for limit in [0, 2272, 2303] {
        raw.set_limit(limit);
        assert_eq!(rejection(&raw), ("fmt.record.limit", HEAD_A as u64));
    }
}

#[test]
fn rejects_a_record_that_starts_past_the_file() {
    let mut raw = empty();
    raw.set_limit(0x0100_0000);
    raw.set32(HEAD_A, 16384);
    raw.grow_to(16399);
    assert_eq!(rejection(&raw), ("fmt.record.inside", HEAD_A as u64));
    raw.grow_to(16400);
    assert_eq!(names(&raw), [b""; 0]);
}

#[test]
fn rejects_a_record_reached_twice() {
    let mut raw = with_a();
    raw.set32(R + 12, 2272);
    assert_eq!(rejection(&raw), ("fmt.chain.once", 2284));
    raw.set32(R + 12, 0);
    raw.set32(HEAD_B, 2272);
    assert_eq!(rejection(&raw), ("fmt.chain.once", HEAD_A as u64));
    let mut raw = empty();
    raw.add(b"go/flag:12", 1);
    raw.add(b"go/flag:29", 1);
    raw.set32(R + 12, 2304);
    assert_eq!(rejection(&raw), ("fmt.chain.once", 2284));
    let visited = read(&raw.bytes).expect_err("a cycle").visited;
    assert_eq!(visited, 2);
}

#[test]
fn skips_a_nameless_record_and_follows_its_next_field() {
    let mut raw = with_a();
    let nameless = raw.add(b"", 9);
    raw.set32(HEAD_A, nameless);
    raw.set32(nameless as usize + 12, 2272);
    raw.set32(nameless as usize + 8, 0x0100_0000);
    raw.set32(raw.head_off(b""), 0);
    assert_eq!(names(&raw), [b"a"]);
    assert_eq!(notes(&raw), [(2312, "record.tag"), (2312, "name.empty")]);
}

#[test]
fn a_nameless_record_is_visited_and_gets_no_note_on_its_place() {
    let mut raw = with_last_record();
    raw.set32(16352 + 8, 0xff00_0000);
    assert_eq!(read(&raw.bytes).expect("taken").visited, 1);
    assert_eq!(notes(&raw)[1..], [(16360, "name.empty")]);
}

#[test]
fn rejects_a_name_whose_record_passes_the_limit() {
    let mut raw = with_a();
    raw.set32(R + 8, 0xff00_0010);
    assert_eq!(names(&raw), [b"a\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"]);
    raw.set32(R + 8, 0xff00_0011);
    raw.set_limit(2272 + 63);
    assert_eq!(rejection(&raw), ("fmt.record.end-limit", 2280));
    let visited = read(&raw.bytes).expect_err("past the limit").visited;
    assert_eq!(visited, 1);
    raw.set32(R + 8, 0xff80_0001);
    assert_eq!(rejection(&raw), ("fmt.record.end-limit", 2280));
}

#[test]
fn rejects_a_name_that_passes_the_end_of_the_file() {
    let mut raw = with_last_record();
    raw.set32(16352 + 8, 0xff00_0011);
    assert_eq!(rejection(&raw), ("fmt.record.end-inside", 16360));
    raw.set32(16352 + 8, 0xff00_0010);
    assert_eq!(names(&raw)[0].len(), 16);
    // The padding behind a name may lie outside.
    raw.grow_to(16401);
    raw.set32(HEAD_A, 16384);
    raw.set32(16384 + 8, 0xff00_0001);
    assert_eq!(names(&raw), [b"\0"]);
}

#[test]
fn rejects_a_plain_name_that_occurs_twice_at_the_second_in_the_walk() {
    let mut raw = with_a();
    raw.add(b"a", 1);
    assert_eq!(rejection(&raw), ("fmt.name.unique", 2272 + 16));
    let [_, second, _] = [1, 2, 3].map(|count| u64::from(raw.add(b"b", count)));
    assert_eq!(rejection(&raw), ("fmt.name.unique", second + 16));
    raw.set32(HEAD_A, 1);
    assert_eq!(rejection(&raw), ("fmt.record.align", HEAD_A as u64));
}

#[test]
fn no_changed_byte_makes_the_walk_longer_than_its_space() {
    let good = sample();
    for off in 32..good.len() {
        for mask in [0x01, 0x20, 0x80, 0xff] {
            let mut bad = good.clone();
            bad[off] ^= mask;
            let limit = u32::from_le_bytes([bad[192], bad[193], bad[194], bad[195]]);
            let visited = read(&bad).map_or_else(|no| no.visited, |yes| yes.visited);
            assert!(visited <= u64::from(limit).saturating_sub(2272) / 32);
        }
    }
}

#[test]
fn counts_of_stacks_with_one_decoded_name_are_summed_up_to_the_greatest() {
    let mut raw = empty();
    raw.add(b"s\np.f:+1\n\".g:+2", 3);
    raw.add(b"s\np.f:+1\np.g:+2", 4);
    raw.add(b"s\np.f:+1\np.g:+2", 5);
    let reading = read(&raw.bytes).expect("stacks may repeat");
    assert_eq!(reading.records.len(), 3);
    let sum = |bytes: &[u8]| read(bytes).expect("valid").counts()[&b"s\np.f:+1\np.g:+2"[..]];
    assert_eq!(sum(&raw.bytes), 12);
    raw.set64(R, u64::MAX - 8);
    assert_eq!(sum(&raw.bytes), u64::MAX);
}

#[test]
fn dittos_stand_for_the_last_path() {
    let all = "c\np.(*T).m:+1\np.(*T).n:=2\np.(*T).o";
    assert_eq!(decoded("c\np.(*T).m:+1\n\".n:=2\n\".o"), all);
    assert_eq!(decoded("a.b\n\".f:+1"), "a.b\na.f:+1");
    assert_eq!(decoded("c\n\".f\n"), "c\nf\n");
    assert_eq!(decoded("c\np.f\n.:=0,+0x0\n\".g"), "c\np.f\n.:=0,+0x0\np.g");
    assert_eq!(decoded("c\np.f\ntruncated\n\".g"), "c\np.f\ntruncated\np.g");
    assert_eq!(decoded("c\n\"\".f\n\".g"), "c\n\"\".f\n\"\".g");
    assert_eq!(decoded("\".f"), "\".f");
}

#[test]
fn notes_of_the_header_stand_in_their_order() {
    let mut raw = Raw::new(b"A: 1\nGOARCH: arm\nA: 2\nGOARCH: ppc64\n");
    raw.set32(28, 97);
    raw.set32(97, 33);
    let reading = read(&raw.bytes).expect("there is no record");
    assert_eq!(reading.meta[&b"A"[..]], b"2");
    let notes = notes(&raw);
    assert_eq!(notes[..2], [(28, "header.round"), (28, "header.goarch")]);
    let lines = [32 + 17, 32 + 22].map(|line| (line, "meta.duplicate"));
    assert_eq!(notes[2..4], lines);
    assert_eq!(notes[4..], [(97, "limit.round"), (97, "limit.low")]);
}

#[test]
fn notes_a_goarch_of_the_other_byte_order_and_only_that() {
    let little =
        ["amd64", "ppc64le", "mips64le", "S390X", ""].map(|goarch| (goarch, Order::Little));
    let big = ["s390x", "ppc64", "mips64"].map(|goarch| (goarch, Order::Big));
    for (goarch, own) in little.into_iter().chain(big) {
        for order in [Order::Little, Order::Big] {
            let raw = Raw::with_order(&meta_text(&[("GOARCH", goarch)]), order);
            let noted = notes(&raw) == [(28, "header.goarch")];
            assert_eq!(noted, own != order, "{goarch} {order:?}");
        }
    }
    assert_eq!(notes(&Raw::with_order(b"", Order::Big)), []);
}

#[test]
fn notes_a_limit_outside_the_space_of_records_or_unrounded() {
    let mut raw = empty();
    let mut noted = |limit| {
        raw.set_limit(limit);
        notes(&raw)
    };
    let round = (192, "limit.round");
    assert_eq!(noted(16385), [round, (192, "limit.inside")]);
    assert_eq!(noted(2250), [round, (192, "limit.low")]);
    assert_eq!([noted(16384), noted(2272)], [[], []]);
}

#[test]
fn notes_of_records_stand_in_the_order_of_the_walk() {
    let mut raw = with_a();
    raw.set32(R + 8, 0xfe00_0001);
    assert_eq!(raw.add(&[b'b'; 4097], 1), 2304);
    raw.set32(raw.head_off(&[b'b'; 4097]), 0);
    raw.set32(HEAD_B, 2304);
    assert_eq!(notes(&raw), [(2312, "name.max"), (2280, "record.tag")]);
}

#[test]
fn notes_a_record_that_ends_with_its_page() {
    let noted = [(192, "limit.inside"), (16352, "place.page")];
    assert_eq!(notes(&with_last_record()), noted);
}

#[test]
fn every_note_is_kept() {
    let mut raw = empty();
    for _ in 0..100 {
        raw.add(b"", 1);
    }
    assert_eq!(notes(&raw).len(), 100);
}
