//! A mapped count file as the memory in which counters lie. One of the two files with unsafe code.
//!
//! Implements the section *Growing* of `spec/concurrency.md`. What the words mean is not known
//! here.
//!
//! Why nothing dangles: a [`Region`] that was given out as `&'static` is never unmapped, and its
//! address never changes, as it reserves address space past the end of its file. Growth extends
//! the file below the reservation and moves no word. Why no access faults: a word is handed out
//! only below `backed`, and `backed` covers nothing but bytes that the file had when it was looked
//! at, with blocks behind them where the file system can promise that. Files of this kind are
//! never shortened (an assumption that the specification states).
#![allow(unsafe_code, reason = "words of a mapping are reached by address")]

use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicPtr, AtomicU32, AtomicU64, Ordering};

use memmap2::{MmapOptions, MmapRaw};
use rustix::fs::FallocateFlags;
use rustix::io::Errno;

use crate::counter::reference::{GET, PUT, Reference, SET};
use crate::counter::words::{Reach, Words};
use crate::format::layout;
use crate::system;

/// Address space that a mapping takes if it can, in bytes: as much as the largest file.
const RESERVED: u64 = layout::MAX_FILE_LEN as u64;

/// A count file in memory.
#[derive(Debug)]
pub(crate) struct Region {
    map: MmapRaw,
    file: File,
    /// The file's device and number, as a program can close descriptors that are not its own and
    /// get another file under the same number.
    identity: (u64, u64),
    /// Up to here the file backs the mapping, in bytes. It never falls.
    backed: AtomicU32,
    /// Whether the mapping was found to be too small for the file.
    narrow: AtomicBool,
    /// The second, since 1970, in which the file system had no room; 0 once it is to be asked
    /// again.
    full: AtomicI64,
}

impl Region {
    /// Maps `file`, which has to be open for reading and writing, and of which `meta` speaks.
    pub(super) fn map(file: File, meta: &Metadata) -> io::Result<Region> {
        let size = meta.len();
        // spec[open.file]
        if size > RESERVED {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        let identity = (meta.dev(), meta.ino());
        let mut refused = io::Error::from(io::ErrorKind::OutOfMemory);
        // spec[grow.still]
        for len in [RESERVED, size.saturating_mul(2), size] {
            let len = usize::try_from(len).unwrap_or(usize::MAX);
            match MmapOptions::new().len(len).map_raw(&file) {
                Ok(map) => {
                    let region = Region {
                        map,
                        file,
                        identity,
                        backed: AtomicU32::new(0),
                        narrow: AtomicBool::new(false),
                        full: AtomicI64::new(0),
                    };
                    region.back(u32::try_from(size).unwrap_or(u32::MAX))?;
                    region.touch();
                    return Ok(region);
                }
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }

    /// The same file in a mapping that reaches further, if this one is too small for it and there
    /// is more address space than there was.
    // spec[count.retry]
    pub(super) fn wider(&self) -> Option<Region> {
        // ORDERING: relaxed, here and in `fits`, as it only spares work.
        if !self.narrow.load(Ordering::Relaxed) {
            return None;
        }
        let meta = self.metadata().ok()?;
        let region = Region::map(self.file.try_clone().ok()?, &meta).ok()?;
        (region.map.len() > self.map.len()).then_some(region)
    }

    /// Whether the mapping reaches `end`.
    fn fits(&self, end: u32) -> bool {
        let fits = end <= self.reserved();
        if !fits && end <= layout::MAX_FILE_LEN {
            self.narrow.store(true, Ordering::Relaxed);
        }
        fits
    }

    /// Touches the first page by a write that changes nothing: the system then maps it for writing
    /// at once, and not for reading first.
    fn touch(&self) {
        if let Some(word) = self.w32(0) {
            // An exchange, as an addition of 0 would be compiled to a read.
            // ORDERING: relaxed, as nothing is changed.
            let _ = word.compare_exchange(0, 0, Ordering::Relaxed, Ordering::Relaxed);
        }
    }

    /// Whether the file can no longer be found at `path`, or no longer be reached.
    // spec[file.deleted]
    pub(super) fn is_lost(&self, path: &Path) -> bool {
        let elsewhere = match fs::metadata(path) {
            Ok(meta) => (meta.dev(), meta.ino()) != self.identity,
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        };
        elsewhere || self.metadata().is_err()
    }

    /// What the system says of the file, if the descriptor still stands for it.
    // spec[file.descriptor]
    fn metadata(&self) -> io::Result<Metadata> {
        let meta = self.file.metadata()?;
        match (meta.dev(), meta.ino()) == self.identity {
            true => Ok(meta),
            false => Err(Errno::BADF.into()),
        }
    }

    /// Looks how long the file is, in bytes, and lets it back the mapping up to there.
    fn look(&self) -> io::Result<u32> {
        let size = u32::try_from(self.metadata()?.len()).unwrap_or(u32::MAX);
        self.back(size)?;
        Ok(size)
    }

    /// Lets the file, which is `size` bytes long, back the mapping.
    // spec[grow.blocks]
    fn back(&self, size: u32) -> io::Result<()> {
        let known = self.known();
        let reached = size.min(self.reserved());
        if reached > known {
            // Another program may have left the pages without blocks behind them; writing to one
            // on a full disk would end this program.
            self.allocate(known, reached)?;
            self.learn(reached);
        }
        Ok(())
    }

    /// How far the mapping can reach, in bytes.
    fn reserved(&self) -> u32 {
        u32::try_from(self.map.len()).unwrap_or(u32::MAX)
    }

    /// Lets the file have blocks from `start` to `end`, without making it longer.
    ///
    /// A file system that has no room can take milliseconds to say so, which is too long for every
    /// addition to a counter that waits: it is asked once a second.
    // spec[grow.blocks]
    fn allocate(&self, start: u32, end: u32) -> io::Result<()> {
        // ORDERING: relaxed, here and below, as it only spares work.
        let full = self.full.load(Ordering::Relaxed);
        if full != 0 && full == system::now().unix() {
            return Err(Errno::NOSPC.into());
        }
        let (offset, len) = (u64::from(start), u64::from(end.saturating_sub(start)));
        loop {
            match rustix::fs::fallocate(&self.file, FallocateFlags::KEEP_SIZE, offset, len) {
                Err(Errno::INTR) => {}
                // The file system cannot promise blocks. Go on as Go does.
                Ok(()) | Err(Errno::OPNOTSUPP | Errno::NOSYS) => return Ok(()),
                Err(error) => {
                    self.full.store(system::now().unix(), Ordering::Relaxed);
                    return Err(error.into());
                }
            }
        }
    }

    /// Lets the file system be asked for room again at once.
    pub(super) fn ask_again(&self) {
        // ORDERING: relaxed, as it only spares work.
        self.full.store(0, Ordering::Relaxed);
    }

    /// Makes the file reach `end`, a multiple of the page.
    // spec[grow.extend]
    fn extend(&self, end: u32) -> io::Result<()> {
        self.look()?;
        let known = self.known();
        if known < end {
            system::may_reach(u64::from(end))?;
            self.allocate(known, end)?;
            // The last bytes of a page hold no data, so it does no harm if others write them, too,
            // or if the file is longer already.
            self.file
                .write_all_at(&[0; 4], u64::from(end.saturating_sub(4)))?;
            self.learn(end);
        }
        Ok(())
    }

    fn learn(&self, size: u32) {
        // ORDERING: releases what the system said of the file to whoever acquires the length.
        self.backed
            .fetch_max(size.min(self.reserved()), Ordering::Release);
    }

    /// The address of `len` bytes at `off`, if the file is known to back them.
    fn address(&self, off: u32, len: u32) -> Option<*mut u8> {
        if !off.is_multiple_of(len) || off.checked_add(len)? > self.known() {
            return None;
        }
        let within = usize::try_from(off).ok()?;
        // SAFETY: `backed` is at most the mapping's length, and `off + len <= backed`; so the
        // result lies within the one mapping, whose length fits an isize.
        Some(unsafe { self.map.as_mut_ptr().add(within) })
    }
}

// spec[mem.width]
impl Words for Region {
    #[inline]
    fn w32(&self, off: u32) -> Option<&AtomicU32> {
        let address = self.address(off, 4)?.cast::<u32>();
        // SAFETY: the address is not null and, as a mapping begins on a page and `off` is a
        // multiple of 4, aligned; the bytes are mapped readable and writable for as long as `self`
        // lives; this program and all others that follow the specification reach them by atomic
        // accesses of 4 bytes alone, as every offset has one width.
        Some(unsafe { AtomicU32::from_ptr(address) })
    }

    #[inline]
    fn w64(&self, off: u32) -> Option<&AtomicU64> {
        let address = self.address(off, 8)?.cast::<u64>();
        // SAFETY: as in `w32`, with 8 for 4.
        Some(unsafe { AtomicU64::from_ptr(address) })
    }

    fn see(&self, end: u32) -> Reach {
        match self.look() {
            _ if self.known() >= end => Reach::There,
            Ok(size) if size < end => Reach::Short,
            // There are no blocks, or the mapping is too small for the file.
            Ok(_) | Err(_) => {
                self.fits(end);
                Reach::NoRoom
            }
        }
    }

    // spec[fmt.page]
    fn grow(&self, end: u32) -> bool {
        let page_end = layout::round_up(end, layout::PAGE);
        let fits = page_end.filter(|end| *end <= layout::MAX_FILE_LEN && self.fits(*end));
        fits.is_some_and(|page_end| self.known() >= end || self.extend(page_end).is_ok())
    }

    #[inline]
    fn known(&self) -> u32 {
        // ORDERING: acquires what was learnt of the file.
        self.backed.load(Ordering::Acquire)
    }
}

/// A reference that lives for ever, or none, to be changed while others read it.
#[derive(Debug)]
pub struct StaticRef<T: 'static> {
    pointer: AtomicPtr<T>,
}

impl<T: Sync> StaticRef<T> {
    /// No reference.
    pub(crate) const fn none() -> StaticRef<T> {
        StaticRef {
            pointer: AtomicPtr::new(std::ptr::null_mut()),
        }
    }

    /// Puts `new` in place of `old`, if `old` is there; else gives it back.
    pub(crate) fn publish(&self, old: Option<&'static T>, new: Box<T>) -> Result<(), Box<T>> {
        let new = Box::into_raw(new);
        if self.exchange(old, new) {
            return Ok(());
        }
        // SAFETY: the pointer comes from the box above, and as it was not put in place, nobody else
        // has it.
        Err(unsafe { Box::from_raw(new) })
    }

    /// Puts `new`, which is null or lives for ever once it is in place, in place of `old`.
    fn exchange(&self, old: Option<&'static T>, new: *mut T) -> bool {
        // ORDERING: relaxed if it fails, as nothing is done with what is there.
        let exchanged = self
            .pointer
            .compare_exchange(pointer(old), new, PUT, Ordering::Relaxed);
        exchanged.is_ok()
    }
}

impl<T: Sync> Reference<T> for StaticRef<T> {
    #[inline(always)]
    fn get(&self) -> Option<&'static T> {
        let pointer = self.pointer.load(GET);
        // SAFETY: the pointer is null or was made from a `&'static T`, which stays valid, aligned
        // and unmoved for ever; `T: Sync` lets every thread have it.
        unsafe { pointer.as_ref() }
    }

    fn replace(&self, old: Option<&'static T>, new: Option<&'static T>) -> bool {
        self.exchange(old, pointer(new))
    }

    fn set(&self, new: Option<&'static T>) -> bool {
        !self.pointer.swap(pointer(new), SET).is_null()
    }
}

/// The pointer that stands for a reference.
fn pointer<T>(to: Option<&'static T>) -> *mut T {
    to.map_or(std::ptr::null_mut(), |to| std::ptr::from_ref(to).cast_mut())
}

#[cfg(test)]
impl Region {
    /// A mapping of the first `pages` pages of `file` alone, as where address space is scarce.
    pub(super) fn narrow(file: File, pages: u32) -> Region {
        let meta = file.metadata().expect("it is open");
        let len = pages * layout::PAGE;
        let map = MmapOptions::new().len(len as usize).map_raw(&file);
        Region {
            map: map.expect("there is address space"),
            file,
            identity: (meta.dev(), meta.ino()),
            backed: AtomicU32::new(len),
            narrow: AtomicBool::new(false),
            full: AtomicI64::new(0),
        }
    }
}

#[cfg(test)]
mod tests;
