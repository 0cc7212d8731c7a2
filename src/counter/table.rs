//! The records of a counter file in a shared memory: found, or inserted without a lock.
//!
//! Implements the sections *Looking up* and *Inserting* of `spec/concurrency.md`. The memory is
//! hostile: any word may hold anything, and may change between two accesses. Every walk is bounded
//! by the room there is, and no offset is used before it is judged.

use std::fmt;

use super::words::{AtomicU32, AtomicU64, Ordering, Reach, Words};
use crate::format::layout;
use crate::format::record::{bucket, place};

/// Why a name has no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trouble {
    /// There is no room for a record, and none can be made.
    Full,
    /// The memory is damaged: the word at this offset is not what it can be in a sound file.
    Corrupt {
        /// Offset of the word, in bytes.
        offset: u32,
    },
    /// The name is empty or longer than 4096 bytes.
    Name,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::Full => write!(f, "there is no room for a record [count.full]"),
            Trouble::Corrupt { offset } => write!(
                f,
                "the file is damaged at offset {offset:#x} [count.corrupt]; see dump --explain"
            ),
            Trouble::Name => write!(f, "a name has 1 to 4096 bytes [fmt.name.min, fmt.name.max]"),
        }
    }
}

impl std::error::Error for Trouble {}

/// The records of one file.
#[derive(Clone, Copy, Debug)]
pub struct Table<'w, W> {
    words: &'w W,
    header_len: u32,
}

impl<'w, W: Words> Table<'w, W> {
    /// The table of a file whose header length is `header_len`, a multiple of 32.
    pub fn new(words: &'w W, header_len: u32) -> Table<'w, W> {
        Table { words, header_len }
    }

    /// The count of `name`, if it has a record.
    ///
    /// # Errors
    ///
    /// [`Trouble::Corrupt`] if the chain of the name cannot be followed to its end.
    pub fn find(&self, name: &[u8]) -> Result<Option<&'w AtomicU64>, Trouble> {
        let head = self.head(name)?.load(Ordering::Acquire);
        match self.search(name, head, 0, self.head_off(name))? {
            Some(offset) => self.count(offset).map(Some),
            None => Ok(None),
        }
    }

    /// The count of `name`, in a record of its own that is inserted if there is none.
    ///
    /// However many insert one name at the same time, all get the count of one record.
    ///
    /// # Errors
    ///
    /// [`Trouble::Name`] for a name that no record can have, [`Trouble::Full`] if there is no room,
    /// [`Trouble::Corrupt`] if the chain of the name cannot be followed to its end.
    pub fn insert(&self, name: &[u8]) -> Result<&'w AtomicU64, Trouble> {
        // head = load(chain)                        walk it; done if the name is there
        // reserve: CAS limit -> end of our record   retry from the limit that won
        // write name, length
        // loop: next = head; CAS chain: head -> us  done
        //       on failure walk from the head that won to the one we knew:
        //       if the name came in, mark ours dead and take that record
        if crate::format::name::check(name).is_err() {
            return Err(Trouble::Name);
        }
        let chain = self.head(name)?;
        let chain_off = self.head_off(name);
        // ORDERING: acquires what the winner of a chain released with its record.
        let mut head = chain.load(Ordering::Acquire);
        if let Some(offset) = self.search(name, head, 0, chain_off)? {
            return self.count(offset);
        }
        let ours = self.reserve(name)?;
        self.write(ours, name)?;
        let next = self.w32(ours.saturating_add(layout::NEXT_OFF))?;
        loop {
            // ORDERING: relaxed, as the exchange below releases it with the rest of the record.
            next.store(head, Ordering::Relaxed);
            // ORDERING: releases the record to whoever acquires this head; acquires the record of
            // whoever was faster.
            // spec[fmt.link, insert.order]
            match chain.compare_exchange(head, ours, Ordering::Release, Ordering::Acquire) {
                Ok(_) => return self.count(ours),
                // spec[insert.race]
                Err(newer) => {
                    if let Some(theirs) = self.search(name, newer, head, chain_off)? {
                        // spec[fmt.dead]
                        // ORDERING: relaxed, as nobody was ever led to this record.
                        next.store(layout::DEAD, Ordering::Relaxed);
                        return self.count(theirs);
                    }
                    head = newer;
                }
            }
        }
    }

    fn head_off(&self, name: &[u8]) -> u32 {
        layout::heads_off(self.header_len).saturating_add(bucket(name).saturating_mul(4))
    }

    fn head(&self, name: &[u8]) -> Result<&'w AtomicU32, Trouble> {
        self.w32(self.head_off(name))
    }

    // spec[mem.width]
    fn w32(&self, offset: u32) -> Result<&'w AtomicU32, Trouble> {
        self.words.w32(offset).ok_or(Trouble::Corrupt { offset })
    }

    // spec[mem.width]
    fn count(&self, offset: u32) -> Result<&'w AtomicU64, Trouble> {
        self.words.w64(offset).ok_or(Trouble::Corrupt { offset })
    }

    /// Reserves the place of a record for `name`, and returns its offset.
    // spec[insert.order]
    fn reserve(&self, name: &[u8]) -> Result<u32, Trouble> {
        let limit_word = self.w32(self.header_len)?;
        let corrupt = Trouble::Corrupt {
            offset: self.header_len,
        };
        let name_len = u32::try_from(name.len()).map_err(|_| Trouble::Name)?;
        // ORDERING: acquires the growth of the file up to this limit, so that the system, asked for
        // its length, says no less.
        let mut limit = limit_word.load(Ordering::Acquire);
        loop {
            // A limit past the file's end is damage, and never a reason to grow.
            // spec[insert.limit]
            let low = limit != 0 && limit < layout::records_off(self.header_len);
            if low {
                return Err(corrupt);
            }
            self.reach(limit, corrupt)?;
            // spec[insert.limit]
            if limit == 0 && self.has_head() && limit_word.load(Ordering::Acquire) == 0 {
                return Err(corrupt);
            }
            let place = place(self.header_len, limit, name_len).ok_or(Trouble::Full)?;
            // spec[count.full]
            if place.end > layout::MAX_FILE_LEN || !self.words.grow(place.end) {
                return Err(Trouble::Full);
            }
            // spec[fmt.place.limit]
            // ORDERING: releases the growth of the file to whoever acquires this limit, and
            // acquires that of whoever was faster.
            match limit_word.compare_exchange(
                limit,
                place.end,
                Ordering::Release,
                Ordering::Acquire,
            ) {
                Ok(_) => return Ok(place.start),
                Err(newer) => limit = newer,
            }
        }
    }

    /// Whether a chain has a record. Whoever links the first one has moved the limit before.
    fn has_head(&self) -> bool {
        let heads = layout::heads_off(self.header_len);
        let mut words = (0..layout::BUCKETS).map(|bucket| {
            let head = self
                .words
                .w32(heads.saturating_add(bucket.saturating_mul(4)));
            // ORDERING: acquires what was done before the chain got its head, the limit with it.
            head.map_or(0, |head| head.load(Ordering::Acquire))
        });
        words.any(|head| head != 0)
    }

    /// Writes the count, the name and then its length of the record reserved at `offset`.
    // spec[insert.order]
    fn write(&self, offset: u32, name: &[u8]) -> Result<(), Trouble> {
        // Free space is zero, unless somebody has damaged the file.
        // ORDERING: relaxed, as the exchange of the head releases the whole record.
        self.count(offset)?.store(0, Ordering::Relaxed);
        let mut at = offset.saturating_add(layout::NAME_OFF);
        for part in name.chunks(4) {
            let mut bytes = [0; 4];
            bytes
                .iter_mut()
                .zip(part)
                .for_each(|(byte, of_name)| *byte = *of_name);
            // ORDERING: relaxed, as the exchange of the head releases the whole record.
            self.w32(at)?
                .store(u32::from_ne_bytes(bytes), Ordering::Relaxed);
            at = at.saturating_add(4);
        }
        let name_len = u32::try_from(name.len()).map_err(|_| Trouble::Name)?;
        let word = self.w32(offset.saturating_add(layout::NAME_LEN_OFF))?;
        // ORDERING: relaxed, as above.
        word.store(name_len | layout::NAME_LEN_TAG, Ordering::Relaxed);
        Ok(())
    }

    /// The record of `name` in the part of a chain from `pointer` to before `until`; `from` is
    /// where the pointer was read.
    fn search(
        &self,
        name: &[u8],
        mut pointer: u32,
        until: u32,
        mut from: u32,
    ) -> Result<Option<u32>, Trouble> {
        if pointer == until {
            return Ok(None);
        }
        let first = layout::records_off(self.header_len);
        // ORDERING: relaxed, as the pointer was acquired, and every record that it leads to was
        // reserved before it was released.
        let limit = self.w32(self.header_len)?.load(Ordering::Relaxed);
        let mut visits = 0_u32;
        while pointer != until {
            let corrupt = Trouble::Corrupt { offset: from };
            // spec[find.pointer]
            let end = pointer.checked_add(layout::UNIT).ok_or(corrupt)?;
            if pointer < first || !pointer.is_multiple_of(layout::UNIT) || end > limit {
                return Err(corrupt);
            }
            self.reach(end, corrupt)?;
            // A chain holds every record once: with more visits than places it has no end.
            // spec[find.bound]
            visits = visits.saturating_add(1);
            if visits > self.words.known() / layout::UNIT {
                return Err(corrupt);
            }
            if self.has_name(pointer, name, limit)? {
                return Ok(Some(pointer));
            }
            from = pointer.saturating_add(layout::NEXT_OFF);
            // ORDERING: relaxed, as it was written before the head or pointer that led here was
            // released, and never changes afterwards.
            pointer = self.w32(from)?.load(Ordering::Relaxed);
        }
        Ok(None)
    }

    /// Whether the record at `offset` has this name; records end before `limit`.
    fn has_name(&self, offset: u32, name: &[u8], limit: u32) -> Result<bool, Trouble> {
        let len_off = offset.saturating_add(layout::NAME_LEN_OFF);
        // ORDERING: relaxed, as for the next pointer in `search`.
        let name_len = self.w32(len_off)?.load(Ordering::Relaxed) & layout::NAME_LEN_MASK;
        let corrupt = Trouble::Corrupt { offset: len_off };
        let end = layout::record_len(name_len).and_then(|len| offset.checked_add(len));
        // spec[find.pointer]
        let end = end.filter(|end| *end <= limit).ok_or(corrupt)?;
        self.reach(end, corrupt)?;
        if u32::try_from(name.len()) != Ok(name_len) {
            return Ok(false);
        }
        let mut at = offset.saturating_add(layout::NAME_OFF);
        for part in name.chunks(4) {
            // ORDERING: relaxed, as above.
            let bytes = self.w32(at)?.load(Ordering::Relaxed).to_ne_bytes();
            if !bytes.starts_with(part) {
                return Ok(false);
            }
            at = at.saturating_add(4);
        }
        Ok(true)
    }

    /// Makes sure that the bytes up to `end`, which the limit covers, can be touched; `corrupt`
    /// says what is damaged if the file does not reach there.
    // spec[find.grown]
    fn reach(&self, end: u32, corrupt: Trouble) -> Result<(), Trouble> {
        if end <= self.words.known() {
            return Ok(());
        }
        match self.words.see(end) {
            Reach::There => Ok(()),
            Reach::Short => Err(corrupt),
            Reach::NoRoom => Err(Trouble::Full),
        }
    }
}
