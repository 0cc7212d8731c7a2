//! Strings and fractions, as a writer of JSON writes them.

use super::case::{Case, Expect};
use super::json::Json;

pub(super) fn cases() -> Vec<Case> {
    let strings = [CHARACTERS, ESCAPES, BROKEN_BYTES];
    let strings = strings.iter().flat_map(|table| table.iter());
    let mut cases: Vec<Case> = strings.map(string).collect();
    let floats = [DECIMALS, EXPONENTS];
    cases.extend(floats.iter().flat_map(|table| table.iter()).map(float));
    cases
}

/// Name of the case, what it shows, the bytes, what stands between the quotation marks.
type Text = (&'static str, &'static str, &'static [u8], &'static str);

fn string((id, about, bytes, json): &Text) -> Case {
    let json = format!("\"{json}\"");
    Case::new(format!("json/string-{id}"), "encode-string", "reporter")
        .shows(&["json.strings"], *about)
        .args(Json::object([("bytes", Json::hex(bytes))]))
        .expect(Expect::ok(Json::object([(
            "json",
            Json::hex(json.as_bytes()),
        )])))
}

const CHARACTERS: &[Text] = &[
    ("empty", "A string of no characters.", b"", ""),
    (
        "plain",
        "Letters, digits and signs stay.",
        b"gopls/latency:50ms #!$%'()*+,-.;=?@[]^_`{|}~",
        "gopls/latency:50ms #!$%'()*+,-.;=?@[]^_`{|}~",
    ),
    ("slash", "A slash has no escape.", b"cmd/go", "cmd/go"),
    ("u-007f", "U+007F stays.", b"a\x7fb", "a\u{7f}b"),
    (
        "u-0080",
        "Control characters above U+001F stay.",
        "\u{80}\u{85}\u{9f}".as_bytes(),
        "\u{80}\u{85}\u{9f}",
    ),
    (
        "beyond-ascii",
        "Characters of two, three and four bytes stay.",
        "é世😀".as_bytes(),
        "é世😀",
    ),
    (
        "beside-u-2028",
        "The neighbours of U+2028 and U+2029 stay.",
        "\u{2027}\u{202a}".as_bytes(),
        "\u{2027}\u{202a}",
    ),
    ("u-fffd", "U+FFFD stays.", "\u{fffd}".as_bytes(), "\u{fffd}"),
    (
        "last-characters",
        "U+FFFF and U+10FFFF stay.",
        "\u{ffff}\u{10ffff}".as_bytes(),
        "\u{ffff}\u{10ffff}",
    ),
];

const ESCAPES: &[Text] = &[
    (
        "short-escapes",
        "Seven characters have short escapes.",
        b"\x08\x0c\n\r\t\"\\",
        "\\b\\f\\n\\r\\t\\\"\\\\",
    ),
    (
        "stack",
        "The newlines of a stack and its marks.",
        b"c\nmain.f:+1,+0x2\n\".g:+3,+0x4",
        "c\\nmain.f:+1,+0x2\\n\\\".g:+3,+0x4",
    ),
    (
        "zero-byte",
        "U+0000 has a long escape.",
        b"a\0b",
        "a\\u0000b",
    ),
    (
        "controls",
        "So have other control characters, in lower-case digits.",
        b"\x01\x07\x0b\x0e\x1a\x1f",
        "\\u0001\\u0007\\u000b\\u000e\\u001a\\u001f",
    ),
    (
        "less-than",
        "So has the sign of a histogram's bucket.",
        b"latency:<50ms",
        "latency:\\u003c50ms",
    ),
    (
        "greater-than",
        "So has its counterpart.",
        b"a->b",
        "a-\\u003eb",
    ),
    (
        "ampersand",
        "So has the ampersand.",
        b"a&&b",
        "a\\u0026\\u0026b",
    ),
    (
        "u-2028",
        "So have U+2028 and U+2029.",
        "a\u{2028}\u{2029}b".as_bytes(),
        "a\\u2028\\u2029b",
    ),
    (
        "escape-alike",
        "What looks like an escape is none.",
        b"\\u003c\\n",
        "\\\\u003c\\\\n",
    ),
];

const BROKEN_BYTES: &[Text] = &[
    (
        "byte-ff",
        "A byte of no character is written as U+FFFD.",
        b"a\xffb",
        "a\u{fffd}b",
    ),
    (
        "byte-alone-twice",
        "Each of two such bytes is.",
        b"a\x80\x80b",
        "a\u{fffd}\u{fffd}b",
    ),
    (
        "character-cut",
        "Each of the three bytes of a cut character is.",
        b"\xf0\x9f\x98",
        "\u{fffd}\u{fffd}\u{fffd}",
    ),
    (
        "character-cut-by-another",
        "A character behind a cut one stays.",
        b"\xe4\xb8\xc3\xa9",
        "\u{fffd}\u{fffd}é",
    ),
    (
        "character-too-long",
        "A slash in two bytes is two times U+FFFD.",
        b"\xc0\xaf",
        "\u{fffd}\u{fffd}",
    ),
    (
        "surrogate-in-bytes",
        "Half of a surrogate pair in three bytes is three times U+FFFD.",
        b"\xed\xa0\x80",
        "\u{fffd}\u{fffd}\u{fffd}",
    ),
    (
        "beyond-unicode",
        "What would be U+110000 is four times U+FFFD.",
        b"\xf4\x90\x80\x80",
        "\u{fffd}\u{fffd}\u{fffd}\u{fffd}",
    ),
];

/// Name of the case, what it shows, the bits of the number, the number as it is written.
type Fraction = (&'static str, &'static str, u64, &'static str);

fn float((id, about, bits, json): &Fraction) -> Case {
    Case::new(format!("json/float-{id}"), "encode-float", "reporter")
        .shows(&["json.floats"], *about)
        .args(Json::object([("bits", Json::decimal(bits))]))
        .expect(Expect::ok(Json::object([("json", Json::text(*json))])))
}

/// Numbers from 1e-6 to below 1e21, and 0.
const DECIMALS: &[Fraction] = &[
    ("0", "The number 0.", 0, "0"),
    (
        "1",
        "A whole number has no dot.",
        0x3ff0_0000_0000_0000,
        "1",
    ),
    ("half", "The number 1/2.", 0x3fe0_0000_0000_0000, "0.5"),
    (
        "third",
        "The number next to 1/3 needs 16 digits.",
        0x3fd5_5555_5555_5555,
        "0.3333333333333333",
    ),
    (
        "tenth",
        "The number next to 1/10 needs one.",
        0x3fb9_9999_9999_999a,
        "0.1",
    ),
    (
        "three-tenths",
        "The number behind 3/10 needs 17.",
        0x3fd3_3333_3333_3334,
        "0.30000000000000004",
    ),
    (
        "below-1",
        "1 - 2^-52, the greatest X of a report.",
        0x3fef_ffff_ffff_fffe,
        "0.9999999999999998",
    ),
    (
        "1e-6",
        "The least number that is written in decimal.",
        4_517_329_193_108_106_637,
        "0.000001",
    ),
    (
        "above-1e-6",
        "The number behind it.",
        4_517_329_193_108_106_638,
        "0.0000010000000000000002",
    ),
    (
        "digits-and-fraction",
        "Digits on both sides of the dot.",
        4_728_057_454_355_546_112,
        "123456789.125",
    ),
    (
        "100",
        "Zeros before the dot are not written as an exponent.",
        4_636_737_291_354_636_288,
        "100",
    ),
    (
        "2-60",
        "2^60 in the fewest digits, which are not those of an integer.",
        4_877_398_396_442_247_168,
        "1152921504606847000",
    ),
    (
        "1e20",
        "A power of 10.",
        4_906_019_910_204_099_648,
        "100000000000000000000",
    ),
    (
        "below-1e21",
        "The greatest number that is written in decimal.",
        4_921_056_587_992_461_135,
        "999999999999999900000",
    ),
];

const EXPONENTS: &[Fraction] = &[
    (
        "2-52",
        "2^-52, the least X of a report other than 0.",
        0x3cb0_0000_0000_0000,
        "2.220446049250313e-16",
    ),
    (
        "3-times-2-52",
        "3 times that.",
        4_379_750_637_617_807_360,
        "6.661338147750939e-16",
    ),
    (
        "below-1e-6",
        "The greatest number below 1e-6.",
        4_517_329_193_108_106_636,
        "9.999999999999997e-7",
    ),
    (
        "1e-7",
        "An exponent has no leading zero.",
        4_502_148_214_488_346_440,
        "1e-7",
    ),
    (
        "1e-10",
        "An exponent of two digits.",
        4_457_293_557_087_583_675,
        "1e-10",
    ),
    (
        "2-25",
        "2^-25 needs 17 digits.",
        4_494_592_428_115_755_008,
        "2.9802322387695312e-8",
    ),
    (
        "1e21",
        "A positive exponent has a sign.",
        4_921_056_587_992_461_136,
        "1e+21",
    ),
    (
        "1e23",
        "The number next to 1e23 lies below it.",
        4_950_912_855_330_343_670,
        "1e+23",
    ),
    (
        "15e299",
        "An exponent of three digits.",
        9_097_811_302_482_466_869,
        "1.5e+300",
    ),
    (
        "least-normal",
        "The least normal number.",
        0x0010_0000_0000_0000,
        "2.2250738585072014e-308",
    ),
    (
        "greatest-subnormal",
        "The greatest number below that.",
        0x000f_ffff_ffff_ffff,
        "2.225073858507201e-308",
    ),
    (
        "least",
        "The least number of all, in the digit next to it.",
        1,
        "5e-324",
    ),
    (
        "greatest",
        "The greatest number of all.",
        0x7fef_ffff_ffff_ffff,
        "1.7976931348623157e+308",
    ),
];
