//! Work on many files, shared among threads.
//!
//! Reading files and giving back the blocks of files that are deleted is the system's work mostly:
//! it waits for the disk, or is done on each processor at once.

use std::panic;
use std::path::PathBuf;
use std::thread;

/// How many files are worth a thread.
const WORTH_A_THREAD: usize = 64;

/// How many threads work at once. More than there are processors, as they wait for the disk.
const MAX_THREADS: usize = 8;

/// Does `work` on parts of `files` at once, and returns what came out of each part, in the order of
/// the files. What there can be no thread for is done in this one.
pub(super) fn in_parts<T: Send>(
    files: &[PathBuf],
    work: impl Fn(&[PathBuf]) -> T + Sync,
) -> Vec<T> {
    let parts = (files.len() / WORTH_A_THREAD).clamp(1, MAX_THREADS);
    let each = files.len().div_ceil(parts).max(1);
    let (first, rest) = files.split_at(each.min(files.len()));
    thread::scope(|scope| {
        let work = &work;
        let started: Vec<_> = rest
            .chunks(each)
            .map(|part| {
                let thread = thread::Builder::new().spawn_scoped(scope, move || work(part));
                (part, thread)
            })
            .collect();
        let mut results = vec![work(first)];
        for (part, thread) in started {
            results.push(match thread.map(thread::ScopedJoinHandle::join) {
                Ok(Ok(result)) => result,
                Ok(Err(panicked)) => panic::resume_unwind(panicked),
                Err(_) => work(part),
            });
        }
        results
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_worked_on_once_and_in_order() {
        for many in [0, 1, 63, 64, 127, 128, 129, 500, 1000, 1001, 5000] {
            let files: Vec<PathBuf> = (0..many).map(|file| file.to_string().into()).collect();
            let parts = in_parts(&files, <[PathBuf]>::to_vec);
            assert_eq!(parts.len(), (many / 64).clamp(1, 8), "{many} files");
            assert_eq!(parts.concat(), files);
        }
    }
}
