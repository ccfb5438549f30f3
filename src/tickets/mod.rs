//! Tickets: dataset → features → learn → calibrate → promise → measure → train → bundle → judge → promote → route.
//!
//! One folder a stage; `doctor` examines a dataset before anyone trains on it. The stages are private: what other rooms
//! use is named here. Only here and in ranking linfa and ndarray are named. This room reads no clock and draws no
//! randomness of its own.

mod bundle;
mod calibrate;
mod dataset;
pub mod doctor;
mod features;
mod judge;
mod learn;
mod measure;
mod model;
mod promise;
mod route;
mod ticket;
mod train;

pub use bundle::{
    Bundle, BundleError, BundleFiles, MANIFEST, bundle_files, check_bundle_target, install_bundle, load_bundle,
    read_bundle, read_bundle_files, recover_bundle,
};
pub use dataset::{
    Dataset, DatasetError, LabelField, Labels, RawTicket, TicketRow, read_labelled, read_raw, read_tickets,
};
pub use features::{DEFAULT_MAX_TERMS, TicketText};
pub use judge::{
    LEAST_PROMOTION_ROWS, PairedModels, PromotionVerdict, evaluate, judge_rows, judge_unlabelled, labels_of, pair,
    unseen,
};
pub use measure::{BINS, GroupQuality, JudgedTicket, RoutingQuality, measure};
pub use model::{Judgement, Model};
pub use promise::{MissingEvidence, OWN_SHORTLIST_ROWS, missing_evidence};
pub use route::{
    COMPLAINT_AT, ComplaintPhrase, MANNER_AT, Manner, RankedGroup, RouteDecision, Routed, Router, ToneModels, URGENT_AT,
};
pub use ticket::Ticket;
pub use train::{TrainError, TrainOptions, TrainedRouter, TrainingProgress, cross_validate, out_of_fold, train};
