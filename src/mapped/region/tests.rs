//! How far a file backs its mapping, as the file grows and where there is little of something.

use super::*;

const PAGE: u32 = layout::PAGE;

/// A file of `pages` pages of zeros, without blocks behind them.
fn file(pages: u32) -> File {
    let file = tempfile::tempfile().expect("a file can be made");
    set_pages(&file, pages);
    file
}

fn set_pages(file: &File, pages: u32) {
    let len = u64::from(pages * PAGE);
    file.set_len(len).expect("it can be made longer");
}

fn mapped(pages: u32) -> Region {
    let file = file(pages);
    let meta = file.metadata().expect("it is open");
    Region::map(file, &meta).expect("there is room")
}

// test[mem.width]
#[test]
fn words_are_where_the_file_is_and_on_multiples_of_their_width() {
    let region = mapped(1);
    for off in [0, 4, PAGE - 4] {
        assert!(region.w32(off).is_some(), "{off}");
    }
    for off in [1, 2, 6, PAGE, PAGE + 4, 2 * PAGE - 4, u32::MAX - 3] {
        assert!(region.w32(off).is_none(), "{off}");
    }
    for off in [0, 8, PAGE - 8] {
        assert!(region.w64(off).is_some(), "{off}");
    }
    for off in [4, PAGE - 4, PAGE, PAGE + 8, u32::MAX - 7] {
        assert!(region.w64(off).is_none(), "{off}");
    }
}

// test[open.file]
#[test]
fn the_greatest_file_is_mapped_and_no_greater_one() {
    let greatest = layout::MAX_FILE_LEN / PAGE;
    assert_eq!(mapped(greatest).known(), layout::MAX_FILE_LEN);
    let file = file(greatest + 1);
    let meta = file.metadata().expect("it is open");
    assert!(Region::map(file, &meta).is_err());
}

// test[grow.blocks]
#[test]
fn pages_have_blocks_before_they_are_touched() {
    let region = mapped(1);
    let blocks = || region.metadata().expect("it is open").blocks() * 512;
    assert!(blocks() >= u64::from(PAGE));
    set_pages(&region.file, 3);
    assert_eq!(region.see(2 * PAGE), Reach::There);
    assert!(blocks() >= u64::from(3 * PAGE));
}

#[test]
fn the_first_page_is_ready_for_writing() {
    let region = mapped(1);
    let maps = fs::read_to_string("/proc/self/smaps").expect("the system tells");
    let start = format!("{:x}-", region.map.as_mut_ptr().addr());
    let ours = maps.lines().skip_while(|line| !line.starts_with(&start));
    let dirty = ours
        .take(25)
        .find(|line| line.starts_with("Private_Dirty:"));
    let dirty = dirty.expect("the mapping is there");
    assert!(!dirty.ends_with(" 0 kB"), "{dirty}");
}

// test[find.grown, insert.limit]
#[test]
fn what_another_program_adds_is_seen_and_what_is_not_there_is_missed() {
    let region = mapped(1);
    set_pages(&region.file, 2);
    assert_eq!(region.known(), PAGE);
    assert_eq!(region.see(2 * PAGE), Reach::There);
    assert_eq!(region.known(), 2 * PAGE);
    assert_eq!(region.see(2 * PAGE + 1), Reach::Short);
    assert_eq!(region.see(PAGE), Reach::There);
}

// test[count.retry]
#[test]
fn a_mapping_that_is_too_small_gives_way_to_one_that_is_not() {
    let region = Region::narrow(file(1), 1);
    assert!(region.grow(PAGE) && region.wider().is_none());
    set_pages(&region.file, 2);
    assert_eq!(region.see(2 * PAGE), Reach::NoRoom);
    let wider = region.wider().expect("there is address space");
    assert_eq!(wider.known(), 2 * PAGE);
    // One that is as large is of no use.
    wider.narrow.store(true, Ordering::Relaxed);
    assert!(wider.wider().is_none());
}

#[test]
fn a_mapping_is_not_too_small_for_what_no_file_holds() {
    let region = Region::narrow(file(1), 1);
    assert!(!region.grow(layout::MAX_FILE_LEN + 1));
    assert!(region.wider().is_none());
    assert!(!region.grow(layout::MAX_FILE_LEN));
    assert!(region.wider().is_some());
}

/// Whether no room is looked for in a second in which there was none.
fn is_refused(region: &Region) -> bool {
    // The second may end between the two steps.
    (0..10).any(|_| {
        let now = system::now().unix();
        region.full.store(now, Ordering::Relaxed);
        region.allocate(0, PAGE).is_err()
    })
}

// test[grow.blocks]
#[test]
fn a_file_system_without_room_is_asked_once_a_second() {
    let region = mapped(1);
    assert!(region.allocate(0, PAGE).is_ok() && is_refused(&region));
    let earlier = system::now().unix() - 2;
    region.full.store(earlier, Ordering::Relaxed);
    assert!(region.allocate(0, PAGE).is_ok());
    assert!(is_refused(&region));
    region.ask_again();
    assert!(region.allocate(0, PAGE).is_ok());
}

// test[grow.extend]
#[test]
fn a_file_is_extended_by_the_last_bytes_of_a_page_unless_another_program_was_faster() {
    let region = mapped(1);
    let len = || region.metadata().expect("it is open").len();
    assert!(region.grow(PAGE + 1));
    assert_eq!((region.known(), len()), (2 * PAGE, u64::from(2 * PAGE)));
    set_pages(&region.file, 3);
    let end = u64::from(3 * PAGE - 4);
    region
        .file
        .write_all_at(b"last", end)
        .expect("there is room");
    assert!(region.grow(3 * PAGE));
    let mut last = [0; 4];
    region
        .file
        .read_exact_at(&mut last, end)
        .expect("it is long enough");
    assert_eq!((&last, len()), (b"last", u64::from(3 * PAGE)));
}

// test[file.descriptor]
#[test]
fn a_descriptor_that_has_become_another_files_is_not_used() {
    let region = Region {
        file: file(2),
        ..Region::narrow(file(1), 1)
    };
    assert_ne!(region.see(2 * PAGE), Reach::There);
    assert!(!region.grow(2 * PAGE) && region.known() == PAGE);
}
