//! The corpus over the API: shown, reloaded, gated, and what is promised of it.

mod gate;
mod policy;
mod reloading;
mod show;
