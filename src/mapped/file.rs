//! Opening the count file of a program build, whoever made it.
//!
//! Implements the section *Opening* of `spec/concurrency.md`.

use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use super::region::Region;
use crate::counter::table::{Table, Trouble};
use crate::dir::DirError;
use crate::format::date::{Date, Span, Time, Weekday};
use crate::format::header::{self, ByteOrder};
use crate::format::identity::Identity;
use crate::format::{layout, record};
use crate::{publish, system};

/// How often a file that another program is making is looked at again: for 50 ms.
const RETRIES: u32 = 10;

/// Where the value of TimeEnd stands in a header: behind the magic, H, and the line TimeBegin.
const TIME_END: std::ops::Range<usize> = 73..93;

/// A count file that programs of one identity share, in memory.
#[derive(Debug)]
pub(crate) struct CountFile {
    region: Region,
    header_len: u32,
    path: PathBuf,
    span: Span,
    /// One more than the offset at which damage was found; 0 if none was.
    damage: AtomicU64,
}

impl CountFile {
    /// Opens the file of `identity` that begins `today` in the directory `local`, and makes it if
    /// there is none; only then is `weekend` asked, the day on which it is to end.
    ///
    /// A file that another program began on the same day is joined even if it ends on another
    /// day; one that belongs to another identity with an equal file name is left alone, and a
    /// second name is used.
    pub(crate) fn open(
        local: &Path,
        identity: &Identity,
        today: Date,
        weekend: impl FnOnce() -> Result<Weekday, DirError>,
    ) -> Result<CountFile, DirError> {
        let end = today.plus_days(1).ok_or(DirError::NoWeek)?;
        let some_end = Span { begin: today, end };
        let first = local.join(identity.file_name(some_end));
        let header = header_of(identity, some_end, &first)?;
        if let Some(file) = open_existing(&first)?
            && let Some(joined) = CountFile::join(file, &first, &header, some_end)?
        {
            return Ok(joined);
        }
        let span = Span::beginning(today, weekend()?).ok_or(DirError::NoWeek)?;
        let header = header_of(identity, span, &first)?;
        if let Some(file) = CountFile::open_at(&first, &header, span)? {
            return Ok(file);
        }
        // spec[open.second]
        let second = second_name(&identity.file_name(span), &identity.meta_text(span));
        let second = local.join(second);
        let file = CountFile::open_at(&second, &header, span)?;
        file.ok_or(DirError::Foreign { path: second })
    }

    /// Opens or makes the file at `path`; `None` if it belongs to another identity, or to none.
    fn open_at(path: &Path, header: &[u8], span: Span) -> Result<Option<CountFile>, DirError> {
        let file = open_or_create(path, header)?;
        // spec[open.wait]
        let mut tries = 0;
        while tries < RETRIES && is_being_made(&file).map_err(DirError::io("open", path))? {
            system::pause();
            tries += 1;
        }
        CountFile::join(file, path, header, span)
    }

    /// The file at `path`, if programs with the header `header` may count into it.
    fn join(
        file: File,
        path: &Path,
        header: &[u8],
        span: Span,
    ) -> Result<Option<CountFile>, DirError> {
        let meta = file.metadata().map_err(DirError::io("open", path))?;
        // spec[open.file]
        if !meta.is_file() {
            let path = path.to_owned();
            return Err(DirError::NotAFile { path });
        }
        // spec[open.wait]
        if meta.len() < u64::from(layout::PAGE) {
            return Ok(None);
        }
        let mut theirs = vec![0; header.len()];
        file.read_exact_at(&mut theirs, 0)
            .map_err(DirError::io("open", path))?;
        // spec[open.join]
        let Some(span) = shared_span(&theirs, header, span) else {
            return Ok(None);
        };
        let region = Region::map(file, &meta).map_err(DirError::io("map", path))?;
        Ok(Some(CountFile {
            region,
            header_len: u32::try_from(header.len()).unwrap_or(u32::MAX),
            path: path.to_owned(),
            span,
            damage: AtomicU64::new(0),
        }))
    }

    /// The count of `name`, in a record of its own that is inserted if there is none.
    ///
    /// A file that was found to be damaged is left alone until [`ask_again`](CountFile::ask_again),
    /// as a walk along damaged chains can take long.
    pub(crate) fn insert(&self, name: &[u8]) -> Result<&AtomicU64, Trouble> {
        // spec[count.corrupt]
        // ORDERING: relaxed, here and below, as it only spares work.
        let damage = self.damage.load(Ordering::Relaxed);
        if let Some(offset) = damage.checked_sub(1) {
            let offset = u32::try_from(offset).unwrap_or(u32::MAX);
            return Err(Trouble::Corrupt { offset });
        }
        let inserted = Table::new(&self.region, self.header_len).insert(name);
        if let Err(Trouble::Corrupt { offset }) = inserted {
            let damage = u64::from(offset).saturating_add(1);
            self.damage.store(damage, Ordering::Relaxed);
        }
        inserted
    }

    /// The same file, if this mapping of it was found to be too small and a greater one can be had.
    pub(crate) fn wider(&self) -> Option<CountFile> {
        Some(CountFile {
            region: self.region.wider()?,
            header_len: self.header_len,
            path: self.path.clone(),
            span: self.span,
            damage: AtomicU64::new(self.damage.load(Ordering::Relaxed)),
        })
    }

    /// Where the file lies, or lay.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether nobody can find the file any more where it was opened.
    pub(crate) fn is_deleted(&self) -> bool {
        self.region.is_lost(&self.path)
    }

    /// Lets the next look at the file be a fresh one, even if there was no room or damage before.
    pub(crate) fn ask_again(&self) {
        self.damage.store(0, Ordering::Relaxed);
        self.region.ask_again();
    }

    /// The days that the file counts.
    pub(crate) fn span(&self) -> Span {
        self.span
    }
}

/// The byte order of this machine.
fn native() -> ByteOrder {
    if cfg!(target_endian = "big") {
        ByteOrder::Big
    } else {
        ByteOrder::Little
    }
}

/// The name of the file if another identity has the usual one.
// spec[open.second]
fn second_name(name: &str, meta: &str) -> String {
    let lines = meta.split_inclusive('\n');
    let timeless: String = lines
        .filter(|line| !line.starts_with("TimeEnd: "))
        .collect();
    let hash = record::fnv1a(timeless.as_bytes());
    let stem = name
        .strip_suffix(crate::format::identity::FILE_SUFFIX)
        .unwrap_or(name);
    format!("{stem}-{hash:08x}{}", crate::format::identity::FILE_SUFFIX)
}

/// The header of a file of `identity` for `span`, to be at `path`.
fn header_of(identity: &Identity, span: Span, path: &Path) -> Result<Vec<u8>, DirError> {
    let meta = identity.meta_text(span);
    header::encode(meta.as_bytes(), native()).map_err(|error| {
        let path = path.to_owned();
        DirError::Content { path, error }
    })
}

/// The file at `path`, if there is one.
fn open_existing(path: &Path) -> Result<Option<File>, DirError> {
    // What is no file may be opened as well, but never waits.
    let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    match rustix::io::retry_on_intr(|| rustix::fs::open(path, flags, Mode::empty())) {
        Err(Errno::NOENT) => Ok(None),
        Err(error) => Err(DirError::io("open", path)(error.into())),
        Ok(file) => Ok(Some(File::from(file))),
    }
}

/// The file at `path`, made whole in one step if there is none.
fn open_or_create(path: &Path, header: &[u8]) -> Result<File, DirError> {
    // Another program can delete the file between two of these steps, but not for ever.
    for _ in 0..=RETRIES {
        if let Some(file) = open_existing(path)? {
            return Ok(file);
        }
        // spec[fmt.page, open.whole]
        // All of the page is written, so that all of it has blocks.
        let mut page = header.to_vec();
        page.resize(layout::PAGE as usize, 0);
        publish::create(path, &page)?;
    }
    // A link that leads nowhere is there, and is not.
    let path = path.to_owned();
    Err(DirError::NotAFile { path })
}

/// Whether another program may just be making the file, which is shorter than a page.
fn is_being_made(file: &File) -> io::Result<bool> {
    let meta = file.metadata()?;
    let age = system::now().unix().saturating_sub(meta.mtime());
    let short = meta.is_file() && meta.len() < u64::from(layout::PAGE);
    Ok(short && age.saturating_abs() <= 1)
}

/// The days that a file with the header `theirs` counts, if a program with the header `ours` may
/// count into it: all but TimeEnd is equal, and TimeEnd is 1 to 7 days after the first day.
// spec[open.join]
fn shared_span(theirs: &[u8], ours: &[u8], span: Span) -> Option<Span> {
    let around = |header: &[u8]| {
        let before = header.get(..TIME_END.start)?.to_vec();
        Some((before, header.get(TIME_END.end..)?.to_vec()))
    };
    if around(theirs)? != around(ours)? {
        return None;
    }
    let end = std::str::from_utf8(theirs.get(TIME_END)?).ok()?;
    let end = Time::parse(end)
        .ok()
        .filter(|end| *end == end.date().midnight())?
        .date();
    (1..=7)
        .contains(&end.days_since(span.begin))
        .then_some(Span { end, ..span })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        Identity::new("example.com/tool", "v1.0.0", "devel", "linux", "amd64").expect("sound")
    }

    fn span(weekend: i32) -> Span {
        let day = Date::parse("2026-11-21").expect("a date");
        Span::beginning(day, Weekday::from_number(weekend)).expect("a span")
    }

    fn header(weekend: i32) -> Vec<u8> {
        header::encode(identity().meta_text(span(weekend)).as_bytes(), native()).expect("short")
    }

    #[test]
    fn time_end_stands_where_it_is_looked_for() {
        let header = header(3);
        assert_eq!(header.get(TIME_END), Some(&b"2026-11-25T00:00:00Z"[..]));
    }

    // test[open.join]
    #[test]
    fn a_file_that_ends_on_another_day_is_joined_as_it_is() {
        assert_eq!(shared_span(&header(5), &header(3), span(3)), Some(span(5)));
        let mut late = header(5);
        late.splice(TIME_END, *b"2026-11-29T00:00:00Z");
        assert_eq!(shared_span(&late, &header(3), span(3)), None);
        late.splice(TIME_END, *b"2026-11-21T00:00:00Z");
        assert_eq!(shared_span(&late, &header(3), span(3)), None);
        late.splice(TIME_END, *b"2026-11-25T00:00:01Z");
        assert_eq!(shared_span(&late, &header(3), span(3)), None);
    }

    // test[open.join]
    #[test]
    fn a_file_of_another_identity_is_left_alone() {
        let other = Identity::new("example.org/tool", "v1.0.0", "devel", "linux", "amd64");
        let meta = other.expect("sound").meta_text(span(3));
        let other = header::encode(meta.as_bytes(), native()).expect("short");
        assert_eq!(shared_span(&other, &header(3), span(3)), None);
    }

    // test[open.second]
    #[test]
    fn the_second_name_does_not_depend_on_the_end() {
        let name = identity().file_name(span(3));
        let of = |weekend| second_name(&name, &identity().meta_text(span(weekend)));
        assert_eq!(of(3), of(5));
        assert!(of(3).ends_with(".v1.count") && of(3) != name);
    }
    /// A file of the identity in a directory of its own.
    fn opened() -> (tempfile::TempDir, CountFile) {
        let home = tempfile::tempdir().expect("a directory can be made");
        let path = home.path().join("a.v1.count");
        let file = CountFile::open_at(&path, &header(3), span(3));
        (home, file.expect("it can be opened").expect("it is ours"))
    }

    // test[count.retry, count.corrupt]
    #[test]
    fn a_file_that_was_mapped_in_part_is_mapped_anew_and_counted_into() {
        let (_home, whole) = opened();
        let file = open_existing(&whole.path).expect("it can be opened");
        let file = CountFile {
            region: Region::narrow(file.expect("it is there"), 1),
            path: whole.path.clone(),
            ..whole
        };
        assert!(file.wider().is_none());
        let name = |letter| vec![letter; 4096];
        let refused = (b'a'..=b'e').filter(|letter| file.insert(&name(*letter)).is_err());
        assert!(refused.count() > 0);
        let wider = file.wider().expect("there is address space");
        assert_eq!((wider.path(), wider.span()), (file.path(), file.span()));
        wider.insert(&name(b'e')).expect("there is room");
        // What is damaged stays so.
        file.damage.store(8, Ordering::Relaxed);
        let damaged = file.wider().expect("there is address space");
        let left_alone = damaged.insert(&name(b'e')).err();
        assert!(matches!(left_alone, Some(Trouble::Corrupt { offset: 7 })));
    }

    // test[open.wait]
    #[test]
    fn a_short_file_that_goes_on_to_change_is_not_waited_for() {
        let home = tempfile::tempdir().expect("a directory can be made");
        let path = home.path().join("a.v1.count");
        let short = File::create(&path).expect("it can be made");
        let opening = std::thread::spawn(move || CountFile::open_at(&path, &header(3), span(3)));
        let mut turns = 0;
        while !opening.is_finished() && turns < 500 {
            turns += 1;
            let now = std::time::SystemTime::now();
            short.set_modified(now).expect("it is open");
            system::pause();
        }
        assert!(turns < 500, "it is waited for after 2.5 s");
        let opened = opening.join().expect("no panic");
        assert!(opened.expect("it can be read").is_none());
    }

    #[test]
    fn what_is_opened_never_waits_and_no_program_inherits_it() {
        let file = open_existing(Path::new("/dev/null")).expect("it can be opened");
        let file = file.expect("it is there");
        let inherited = rustix::io::fcntl_getfd(&file).expect("it is open");
        assert!(inherited.contains(rustix::io::FdFlags::CLOEXEC));
        let flags = rustix::fs::fcntl_getfl(&file).expect("it is open");
        assert!(flags.contains(OFlags::RDWR | OFlags::NONBLOCK));
    }
}
