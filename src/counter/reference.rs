//! A reference that is changed while others read it.

use super::words::Ordering;

/// With what a reference is read: it acquires what was released with it.
pub const GET: Ordering = Ordering::Acquire;

/// With what a reference is exchanged: it releases what it leads to to whoever gets it.
pub const PUT: Ordering = Ordering::Release;

/// With what a reference is put in the place of whatever is there: who does so later knows all that
/// was done before, by each in turn.
pub const SET: Ordering = Ordering::AcqRel;

/// A reference that lives for ever, or none, to be changed while others read it.
///
/// What implements it takes [`GET`], [`PUT`] and [`SET`], so that the model checker tries these,
/// whatever takes the place of the pointer.
pub trait Reference<T: 'static> {
    /// The reference, if there is one.
    fn get(&self) -> Option<&'static T>;

    /// Puts `new` in place of `old`, if `old` is there. Returns whether it was.
    fn replace(&self, old: Option<&'static T>, new: Option<&'static T>) -> bool;

    /// Puts `new` there, whatever is. Returns whether anything was.
    fn set(&self, new: Option<&'static T>) -> bool;
}
