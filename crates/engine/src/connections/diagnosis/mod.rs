//! Why did it stop working? What Google said and what is known here become a cause, a remedy and something to press.
//!
//! `causes` infers, without any I/O; `ending` writes the end of a sign-in down and reads it back; `trouble` has the words;
//! `again` offers what settles it; `check` looks at a connection from the keychain to each API; `explain` makes a failed
//! call's error one that names who could.

mod again;
mod causes;
mod check;
mod ending;
mod explain;
mod links;
mod trouble;

use again::{offering_sign_in, signing_in_again};
pub use check::check;
pub(super) use ending::{Endings, client_accepted, signs_off, tokens_obtained, trouble_of};
pub(crate) use explain::explain_failure;
pub(super) use trouble::renewal_unsaved;
