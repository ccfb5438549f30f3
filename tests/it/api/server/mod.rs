//! The server itself: from start to stop, who may ask, and how it bears load.

mod access;
mod browsers;
mod life;
mod load;
mod process;
