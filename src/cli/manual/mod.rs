//! What a package ships beside the program, made from the commands themselves, so that it cannot disagree with them.

mod completions;
mod pages;

pub use completions::{CompletionsArgs, run as print_completions};
pub use pages::{PagesArgs, run as write_pages};
