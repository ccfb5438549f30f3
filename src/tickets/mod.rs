//! Tickets: dataset → features → train → evaluate → calibrate → promote → route.
//!
//! Only here linfa and ndarray are named for routing. This room reads no clock and draws no randomness of its own.

pub mod route;

pub use route::{RankedGroup, RouteDecision, Routed, Router, TermWeight, Ticket};
