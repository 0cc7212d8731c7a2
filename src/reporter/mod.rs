//! L3: reports of the weeks that have ended, from count files to files of reports.
//!
//! Implements `spec/reporting.md` but for what may be sent, which `verdict` tells. The data's way:
//! `due` reads the count files and adds them up by week, `make` tells what is to be done with each
//! week and does it; `share` lets threads do it where there are many files. [`Turn`] keeps programs
//! of this project from doing so at the same time. Sending is not known here.

mod due;
mod make;
mod share;
mod turn;

pub use due::{Unread, Unusable};
pub use make::{Done, Draft, NO_CONFIG, Task, Week, Weeks};
pub use turn::Turn;
