//! Yingda answers a company's common customer questions from its own FAQ and routes every other ticket to the right
//! skill group.
//!
//! Three flows go through the rooms of this crate, which are its folders:
//!
//! ```text
//! question   http → conversation → answer ┬ snapshot: text → retrieval + encoder → ranking (difference) → decision
//!                                         └ record → store (journal, then database) → http
//! corpus     corpus: read → check → snapshot (+ policy) → gate → knowledge_base: one atomic swap → history
//! tickets    tickets: dataset → features → learn → calibrate → promise → bundle → promote → route → record → http
//! ```
//!
//! The rooms are private, and what `pub` means inside them is "for the other rooms": which may use which is kept by
//! `tests/tidy.rs`. What stands below is all that the binary, the tests and the benches use; anything else that no room
//! needs is found by the compiler as dead code.

mod answer;
mod atomic_file;
mod backup;
mod cli;
mod clock;
mod config;
mod conversation;
mod corpus;
mod decision;
mod difference;
mod encoder;
mod evaluation;
mod explanation;
mod gate;
mod http;
mod knowledge_base;
mod mail;
mod numbers;
mod policy;
mod random;
mod ranking;
mod record;
mod retrieval;
mod routing;
mod smalltalk;
mod snapshot;
mod spreadsheet;
mod stats;
mod store;
mod telemetry;
mod text;
mod tickets;

// A question: from its text to what the customer is told, and why.
pub use answer::{Answered, HandoffReason, Question, answer, suggest};
pub use decision::Decision;
pub use encoder::EncoderKind;
pub use explanation::{Explanation, TextForm, Which};
pub use ranking::LiveAt;
pub use retrieval::{QuestionIndex, Terms};
pub use snapshot::Snapshot;
pub use text::segment::Segmenter;
pub use text::trace::Span;
pub use text::{is_han, normalize};

// A corpus: read, checked, published, kept.
pub use corpus::{
    Corpus, Entry, EntryFormat, Issue, Place, SourceFile, in_file_order, load_dir, load_files, load_named_files,
    write_directory, write_entries,
};
pub use knowledge_base::{KnowledgeBase, NoticeCode, PublishError, Registry, ReloadOptions, Sources, cause_chain};
pub use ranking::EmbeddingTable;
pub use routing::{DEFAULT_PROMISE, Priority, Routing, RoutingRule, SkillGroup};
pub use smalltalk::Smalltalk;

// Tickets: examined, learnt from, routed.
pub use tickets::doctor::{Defect, Detail, Diagnosis, DiagnosisVerdict, Severity, examine};
pub use tickets::{
    BundleError, BundleFiles, COMPLAINT_AT, ComplaintPhrase, Dataset, DatasetError, LabelField, Labels, MANIFEST,
    Manner, MissingEvidence, PromotionVerdict, RawTicket, RouteDecision, Routed, Router, Ticket, TicketRow, TicketText,
    ToneModels, TrainOptions, TrainedRouter, URGENT_AT, bundle_files, evaluate, install_bundle, load_bundle,
    out_of_fold, pair, read_bundle, read_bundle_files, read_labelled, read_raw, read_tickets, train,
};

// The service: its command line, settings, server and records.
pub use cli::run;
pub use config::{Config, RawConfig};
pub use http::{Publisher, Remembering, Server};
pub use store::Store;

// Measuring: answers beside their labels, and the arithmetic of the encoder by itself.
pub use encoder::{Encoder, INPUT_LIMIT, Kernel, PackedMatrix, Scratch, Windows};
pub use evaluation::answers::questions::Scope;
pub use evaluation::answers::ranks::{differences, read_ranks};
pub use evaluation::answers::{AnswerOutcome, AnswerQuality, JudgedQuestion, judge_all, read_questions};
