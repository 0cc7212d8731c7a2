//! The names of stack counters, encoded and decoded.
//!
//! Implements the section *Stacks* of `spec/names.md`. A stack counter is a counter whose name
//! holds a newline: the counter's own name, then a line for each frame. Where the frames come from
//! is not known here.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::layout::{self, index};

/// What stands in place of a path that equals the one of the frame before.
const DITTO: &[u8] = b"\"";

/// What ends a name that was cut to the greatest length.
const TRUNCATED: &[u8] = b"\ntruncated\n";

/// What stands for a stack without frames.
const NO_FRAMES: [Frame<'static>; 1] = [Frame {
    symbol: "",
    line: Line::Absolute(0),
    pc_offset: 0,
}];

/// The greatest length of a decoded name, in bytes.
pub const MAX_DECODED_LEN: usize = 64 * 1024;

/// One frame of a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The symbol of the function, such as `cmd/go/internal/load.(*Package).load`.
    pub symbol: &'a str,
    /// The line.
    pub line: Line,
    /// The program counter's distance from the function's entry, in bytes.
    pub pc_offset: u64,
}

/// Where in its file a frame stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// Lines from the function's entry.
    Relative(i64),
    /// The line of the file, for a function that was inlined or is unknown.
    Absolute(i64),
}

/// Whether `name` is that of a stack counter.
pub fn is_stack(name: &[u8]) -> bool {
    name.contains(&b'\n')
}

/// The name of the stack counter `counter` for `frames`, the innermost first.
///
/// A stack without frames is written as one frame without a symbol. A name of more than 4096 bytes
/// is cut to 4085, wherever that is, and says at its end that it was.
///
/// # Examples
///
/// ```
/// use gotelemetry::format::stack::{Frame, Line, decode, encode};
/// let frames = [
///     Frame { symbol: "main.run", line: Line::Relative(3), pc_offset: 0x1b },
///     Frame { symbol: "main.main", line: Line::Absolute(17), pc_offset: 0x40 },
/// ];
/// let name = encode("crash/crash", &frames);
/// assert_eq!(name, b"crash/crash\nmain.run:+3,+0x1b\n\".main:=17,+0x40");
/// assert_eq!(
///     decode(&name),
///     &b"crash/crash\nmain.run:+3,+0x1b\nmain.main:=17,+0x40"[..],
/// );
/// ```
pub fn encode(counter: &str, frames: &[Frame<'_>]) -> Vec<u8> {
    let mut name = counter.to_owned();
    let mut last_path = "";
    // spec[stack.empty]
    let frames = if frames.is_empty() {
        &NO_FRAMES
    } else {
        frames
    };
    for frame in frames {
        let (path, function) = frame.symbol.rsplit_once('.').unwrap_or(("", frame.symbol));
        name.push('\n');
        // spec[stack.ditto]
        if path == last_path {
            name.push('"');
        } else {
            name.push_str(path);
            last_path = path;
        }
        let pc = frame.pc_offset;
        // spec[stack.frame, stack.line]
        let written = match frame.line {
            Line::Relative(line) => write!(name, ".{function}:{line:+},+{pc:#x}"),
            Line::Absolute(line) => write!(name, ".{function}:={line},+{pc:#x}"),
        };
        // Writing to a string does not fail.
        written.unwrap_or_default();
    }
    let mut name = name.into_bytes();
    // spec[stack.truncate]
    if name.len() > index(layout::MAX_NAME_LEN) {
        name.truncate(index(layout::MAX_NAME_LEN).saturating_sub(TRUNCATED.len()));
        name.extend_from_slice(TRUNCATED);
    }
    name
}

/// The name with its ditto marks replaced by the paths they stand for.
///
/// A plain name comes back as it is, and so does one that would grow beyond
/// [`MAX_DECODED_LEN`] bytes.
// spec[stack.decode]
pub fn decode(name: &[u8]) -> Cow<'_, [u8]> {
    if !is_stack(name) {
        return Cow::Borrowed(name);
    }
    let mut decoded = Vec::with_capacity(name.len());
    let mut last_path: &[u8] = b"";
    for (number, line) in name.split(|byte| *byte == b'\n').enumerate() {
        if number > 0 {
            decoded.push(b'\n');
        }
        let dot = line.iter().rposition(|byte| *byte == b'.').unwrap_or(0);
        // The path keeps its dot, so that one without a path before it is empty.
        let (path, function) = line
            .split_at_checked(dot.saturating_add(1))
            .unwrap_or_default();
        match path.strip_suffix(b".") {
            Some(DITTO) => {
                decoded.extend_from_slice(last_path);
                decoded.extend_from_slice(function);
            }
            Some(b"") | None => decoded.extend_from_slice(line),
            Some(_) => {
                last_path = path;
                decoded.extend_from_slice(line);
            }
        }
        // spec[stack.bound]
        if decoded.len() > MAX_DECODED_LEN {
            return Cow::Borrowed(name);
        }
    }
    Cow::Owned(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(name: &str) -> String {
        String::from_utf8(decode(name.as_bytes()).into_owned()).expect("the input is UTF-8")
    }

    // test[stack.decode]
    #[test]
    fn the_counter_name_line_sets_the_path() {
        assert_eq!(decoded("a.b/c\n\".f:+1,+0x2"), "a.b/c\na.f:+1,+0x2");
    }

    // test[stack.decode]
    #[test]
    fn a_ditto_without_a_path_drops_mark_and_dot() {
        assert_eq!(decoded("bug\n\".f:+1,+0x2"), "bug\nf:+1,+0x2");
    }

    // test[stack.decode]
    #[test]
    fn a_line_without_a_dot_keeps_the_path_before_it() {
        assert_eq!(
            decoded("x\na.b.c:+1\nasm\n\".d:+2"),
            "x\na.b.c:+1\nasm\na.b.d:+2"
        );
        assert_eq!(
            decoded("x\na.b.c:+1\n.e\n\".d:+2\n"),
            "x\na.b.c:+1\n.e\na.b.d:+2\n"
        );
    }

    // test[stack.decode]
    #[test]
    fn a_plain_name_with_a_ditto_mark_stays() {
        assert_eq!(decoded("\".f"), "\".f");
        assert_eq!(decoded(""), "");
    }

    // test[stack.bound]
    #[test]
    fn a_name_that_would_grow_past_the_bound_stays_encoded() {
        let dittos = |count| format!("bug\n{}.f{}", "p".repeat(4000), "\n\".g".repeat(count));
        assert_eq!(decode(dittos(15).as_bytes()).len(), 4 + 4002 + 15 * 4003);
        let grown = dittos(16);
        assert_eq!(decode(grown.as_bytes()), grown.as_bytes());
        let just = |more: usize| format!("{}{}", dittos(15), "h".repeat(more));
        let room = MAX_DECODED_LEN - decode(dittos(15).as_bytes()).len();
        assert_eq!(decode(just(room).as_bytes()).len(), 65_536);
        let grown = just(room + 1);
        assert_eq!(decode(grown.as_bytes()), grown.as_bytes());
    }

    // test[stack.truncate]
    #[test]
    fn a_long_stack_is_cut_and_says_so() {
        let symbol = format!("{}.f", "p".repeat(300));
        let other = format!("{}.f", "q".repeat(300));
        let frame = |symbol| Frame {
            symbol,
            line: Line::Relative(1),
            pc_offset: 1,
        };
        let frames: Vec<_> = [frame(symbol.as_str()), frame(other.as_str())].repeat(10);
        let name = encode("bug", &frames);
        assert_eq!(name.len(), 4096);
        assert_eq!(name.get(4085..), Some(&b"\ntruncated\n"[..]));
        let just_fits = encode(&"c".repeat(4096 - "\np.f:+1,+0x1".len()), &[frame("p.f")]);
        assert_eq!(just_fits.len(), 4096);
        assert!(just_fits.ends_with(b"\np.f:+1,+0x1"));
    }

    // test[stack.line]
    #[test]
    fn negative_lines_keep_their_sign() {
        let frame = |line| Frame {
            symbol: "f",
            line,
            pc_offset: 255,
        };
        let lines = [
            Line::Relative(-1),
            Line::Relative(0),
            Line::Absolute(0),
            Line::Absolute(17),
        ];
        let name = encode("c", &lines.map(frame));
        let expected = "c\n\".f:-1,+0xff\n\".f:+0,+0xff\n\".f:=0,+0xff\n\".f:=17,+0xff";
        assert_eq!(name, expected.as_bytes());
    }

    // test[stack.frame, stack.ditto]
    #[test]
    fn a_path_is_written_once_until_another_comes() {
        let symbols = ["f", "a.b/c.(*T).m", "a.b/c.(*T).n", "a.b/c.g", "h", "i"];
        let frames = symbols.map(|symbol| Frame {
            symbol,
            line: Line::Relative(2),
            pc_offset: 0x1a5c,
        });
        let lines = [
            "s",
            "\".f:+2,+0x1a5c",
            "a.b/c.(*T).m:+2,+0x1a5c",
            "\".n:+2,+0x1a5c",
            "a.b/c.g:+2,+0x1a5c",
            ".h:+2,+0x1a5c",
            "\".i:+2,+0x1a5c",
        ];
        assert_eq!(encode("s", &frames), lines.join("\n").as_bytes());
    }

    // test[stack.empty]
    #[test]
    fn a_stack_without_frames_has_one_without_a_symbol() {
        assert_eq!(encode("c", &[]), b"c\n\".:=0,+0x0");
    }

    // test[stack.truncate]
    #[test]
    fn a_long_stack_is_cut_within_a_character_if_need_be() {
        let symbol = format!("{}.f", "é".repeat(2100));
        let frame = Frame {
            symbol: &symbol,
            line: Line::Relative(1),
            pc_offset: 1,
        };
        let name = encode("c", &[frame]);
        assert_eq!(name.len(), 4096);
        assert!(std::str::from_utf8(&name).is_err());
    }
}
