//! Count files: the reader against the oracle, and the survey against the reader.
//!
//! A file has 16 KiB at least, most of it zeros. So that inputs stay short, the first byte chooses
//! a file to begin with, and what follows are changes of it; or what follows is the file itself,
//! with or without zeros up to a whole page.

use std::sync::OnceLock;

use super::input::Input;
use crate::support::agree::{agree, tiles};
use crate::support::raw::{self, Order, PAGE, Raw};

/// No file becomes longer by changes than this, but for what one more record takes.
const MAX_LEN: usize = 4 * PAGE;

pub(crate) fn check(data: &[u8]) {
    let mut input = Input::new(data);
    let first = input.u8();
    let bytes = match first % 8 {
        0 => input.all().to_vec(),
        1 => {
            let mut bytes = input.all().to_vec();
            bytes.resize(bytes.len().next_multiple_of(PAGE), 0);
            bytes
        }
        number => {
            let mut file = match number {
                7 => described(&mut input),
                _ => begun(number),
            };
            while !input.is_empty() {
                change(&mut file, &mut input);
            }
            file.into_bytes()
        }
    };
    agree(&bytes);
    if first & 0x80 != 0 {
        tiles(&bytes);
    }
}

/// A file without records whose metadata stands in the input.
fn described(input: &mut Input<'_>) -> Raw {
    let order = if input.u8() % 2 == 1 {
        Order::Big
    } else {
        Order::Little
    };
    let len = usize::from(input.u8());
    Raw::with_order(input.bytes(len), order)
}

/// The file with this number to begin with.
fn begun(number: u8) -> Raw {
    static FILES: OnceLock<[Raw; 5]> = OnceLock::new();
    let files = FILES.get_or_init(|| {
        let mut big = Raw::with_order(&raw::sample_meta(), Order::Big);
        for name in ["a", "b:c", "stack\nmain.f:+1,+0x2\n\".g:+3,+0x4", "d/e"] {
            big.add(name.as_bytes(), 3);
        }
        let mut one_chain = Raw::new(&raw::sample_meta());
        let names = (0..).map(|number| format!("n{number}"));
        let bucket = one_chain.bucket(b"n0");
        let names: Vec<String> = names
            .filter(|name| one_chain.bucket(name.as_bytes()) == bucket)
            .take(4)
            .collect();
        for name in &names {
            one_chain.add(name.as_bytes(), 5);
        }
        [
            Raw::new(&raw::sample_meta()),
            raw::sample_in_the_making(),
            raw::two_pages_in_the_making(),
            big,
            one_chain,
        ]
    });
    files[usize::from(number - 2)].clone()
}

/// Makes the change that comes next in the input.
fn change(file: &mut Raw, input: &mut Input<'_>) {
    let size = file.bytes.len();
    let heads_off = file.header_len as usize + 4;
    match input.u8() % 9 {
        0 => {
            let limit = word(file, input);
            set(file, file.header_len as usize, limit);
        }
        1 => {
            let chain = usize::from(input.u16() % 512);
            let pointer = word(file, input);
            set(file, heads_off + 4 * chain, pointer);
        }
        2 => {
            let record = record(file, input.u8());
            let field = usize::from(input.u8() % 8);
            let value = word(file, input);
            set(file, record + 4 * field, value);
        }
        3 => {
            let at = usize::from(input.u16()).min(size);
            let len = usize::from(input.u8() % 64);
            for (place, byte) in file.bytes[at..].iter_mut().zip(input.bytes(len)) {
                *place = *byte;
            }
        }
        4 => file.bytes.resize(usize::from(input.u16()), 0),
        5 => {
            let count = input.u64();
            let len = usize::from(input.u8());
            let name = input.bytes(len);
            add(file, name, count);
        }
        6 => {
            let name = vec![input.u8(); usize::from(input.u16() % 8192)];
            add(file, &name, 1);
        }
        7 => {
            // One record over another, or into free space.
            let [from, to] = [0, 1].map(|_| slot(file, input.u16()) as usize);
            if let Some(copy) = file.bytes.get(from..from + 32).map(<[u8]>::to_vec)
                && let Some(place) = file.bytes.get_mut(to..to + 32)
            {
                place.copy_from_slice(&copy);
            }
        }
        _ => {
            let header_len = word(file, input);
            set(file, 28, header_len);
        }
    }
}

/// Adds a record, where there can be one.
fn add(file: &mut Raw, name: &[u8], count: u64) {
    let size = file.bytes.len();
    let has_heads = size >= file.header_len as usize + 2052;
    if has_heads && size <= MAX_LEN && file.limit() as usize <= size {
        file.add(name, count);
    }
}

/// A number that can mean something in a file.
fn word(file: &Raw, input: &mut Input<'_>) -> u32 {
    const SPECIAL: [u32; 10] = [
        0,
        1,
        31,
        32,
        16384,
        16385,
        0xffff_ffff,
        0xffff_ffe0,
        0xff00_0000,
        0xff00_1001,
    ];
    match input.u8() % 6 {
        0 => slot(file, u16::from(input.u8())),
        1 => slot(file, input.u16()),
        2 => 0xff00_0000 | u32::from(input.u16()),
        3 => u32::from(input.u16()),
        4 => SPECIAL[usize::from(input.u8()) % SPECIAL.len()],
        _ => input.u32(),
    }
}

/// The offset of a place where a record can begin.
fn slot(file: &Raw, number: u16) -> u32 {
    file.first_record() + 32 * u32::from(number)
}

/// The offset of one of the records that were added, or of where the first one would be.
fn record(file: &Raw, number: u8) -> usize {
    let records = file.records();
    let chosen = records.get(usize::from(number) % records.len().max(1));
    chosen.copied().unwrap_or(file.first_record()) as usize
}

/// Overwrites the word at `off`, where the file has one.
fn set(file: &mut Raw, off: usize, value: u32) {
    if off + 4 <= file.bytes.len() {
        file.set32(off, value);
    }
}
