//! Regular expressions, as far as the schema uses them.
//!
//! A pattern is anchored at both ends and made of characters, `.`, classes in brackets, groups with
//! alternatives, `*`, `+`, `?` and `{n}`. Matching follows all ways at once, so that a long text
//! takes neither much time nor much of the stack.

use std::collections::BTreeSet;
use std::iter::Peekable;
use std::str::Chars;

/// What matches one piece of a text.
#[derive(Debug)]
enum Atom {
    /// A character from one of these to the other.
    Class(Vec<(char, char)>),
    Group(Alternatives),
}

/// An atom, and how often it may stand there.
#[derive(Debug)]
struct Item {
    atom: Atom,
    min: usize,
    max: usize,
}

type Alternatives = Vec<Vec<Item>>;

/// Whether the whole of `text` matches `pattern`.
///
/// # Panics
///
/// Where the pattern is none of those described above.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let inner = pattern
        .strip_prefix('^')
        .and_then(|rest| rest.strip_suffix('$'));
    let inner = inner.unwrap_or_else(|| panic!("{pattern} is not anchored"));
    let mut rest = inner.chars().peekable();
    let alternatives = alternatives(&mut rest);
    assert!(rest.next().is_none(), "{pattern} has a bracket too many");
    let text: Vec<char> = text.chars().collect();
    ends(&alternatives, &text, &BTreeSet::from([0])).contains(&text.len())
}

fn alternatives(rest: &mut Peekable<Chars<'_>>) -> Alternatives {
    let mut all = vec![Vec::new()];
    while let Some(c) = rest.next_if(|c| *c != ')') {
        let atom = match c {
            '|' => {
                all.push(Vec::new());
                continue;
            }
            '(' => {
                let group = alternatives(rest);
                assert_eq!(rest.next(), Some(')'), "a group does not end");
                Atom::Group(group)
            }
            '[' => Atom::Class(class(rest)),
            '.' => Atom::Class(vec![('\0', '\t'), ('\u{b}', char::MAX)]),
            '\\' | '*' | '+' | '?' | '{' | '}' | ']' | '^' | '$' => {
                panic!("{c} stands where it means something that is not known here")
            }
            c => Atom::Class(vec![(c, c)]),
        };
        let (min, max) = bounds(rest);
        if let Some(last) = all.last_mut() {
            last.push(Item { atom, min, max });
        }
    }
    all
}

/// What stands in brackets; a hyphen between two characters makes a range of them.
fn class(rest: &mut Peekable<Chars<'_>>) -> Vec<(char, char)> {
    let mut inner: Vec<char> = rest.by_ref().take_while(|c| *c != ']').collect();
    if inner.first() == Some(&'^') {
        // All characters but one.
        assert_eq!(inner.len(), 2, "a class of all but several characters");
        let but = u32::from(inner[1]);
        let beside = |code: u32| char::from_u32(code).expect("it is in the midst of characters");
        return vec![('\0', beside(but - 1)), (beside(but + 1), char::MAX)];
    }
    let mut ranges = Vec::new();
    inner.reverse();
    while let Some(from) = inner.pop() {
        let range = inner.len() >= 2 && inner[inner.len() - 1] == '-';
        let to = if range {
            inner.pop();
            inner.pop().expect("there are two more")
        } else {
            from
        };
        ranges.push((from, to));
    }
    ranges
}

fn bounds(rest: &mut Peekable<Chars<'_>>) -> (usize, usize) {
    match rest.next_if(|c| "*+?{".contains(*c)) {
        Some('*') => (0, usize::MAX),
        Some('+') => (1, usize::MAX),
        Some('?') => (0, 1),
        Some(_) => {
            let digits: String = rest.by_ref().take_while(|c| *c != '}').collect();
            let times = digits.parse().expect("one number stands in braces");
            (times, times)
        }
        None => (1, 1),
    }
}

/// Where a match that begins at one of `from` can end.
fn ends(alternatives: &Alternatives, text: &[char], from: &BTreeSet<usize>) -> BTreeSet<usize> {
    let mut all = BTreeSet::new();
    for items in alternatives {
        let end = items
            .iter()
            .fold(from.clone(), |from, item| repeated(item, text, from));
        all.extend(end);
    }
    all
}

fn repeated(item: &Item, text: &[char], from: BTreeSet<usize>) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut current = from;
    let mut times = 0;
    loop {
        if times >= item.min {
            // Where a way came by before, nothing else can follow.
            current.retain(|end| found.insert(*end));
        }
        if times == item.max || current.is_empty() {
            return found;
        }
        current = match &item.atom {
            Atom::Group(group) => ends(group, text, &current),
            Atom::Class(ranges) => {
                let fits = |at: &usize| {
                    text.get(*at)
                        .is_some_and(|c| ranges.iter().any(|(from, to)| (from..=to).contains(&c)))
                };
                current.into_iter().filter(fits).map(|at| at + 1).collect()
            }
        };
        times += 1;
    }
}
