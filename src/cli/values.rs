//! Values of options: text → type, for clap.

use jiff::tz::TimeZone;

use crate::encoder::EncoderKind;
use crate::tickets::LabelField;

/// Parses a time zone name for clap.
pub(super) fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| format!("没有时区“{name}”，例如 Asia/Shanghai"))
}

/// Parses the name of an encoder for clap.
pub(super) fn encoder_kind(name: &str) -> Result<EncoderKind, String> {
    EncoderKind::named(name).ok_or_else(|| format!("没有编码器“{name}”，应为 standard 或 accurate"))
}

/// An encoder, or none; a type of its own, for clap takes a bare option for an absent flag.
#[derive(Debug, Clone, Copy)]
pub struct EncoderOrNone(pub(super) Option<EncoderKind>);

/// Parses the name of an encoder, or `none`, for clap.
pub(super) fn encoder_or_none(name: &str) -> Result<EncoderOrNone, String> {
    if name == "none" {
        return Ok(EncoderOrNone(None));
    }
    let kind = EncoderKind::named(name);
    kind.map(|kind| EncoderOrNone(Some(kind)))
        .ok_or_else(|| format!("没有编码器“{name}”，应为 standard、accurate 或 none"))
}

/// Parses the name of what tickets are labelled with for clap.
pub(super) fn label_field(name: &str) -> Result<LabelField, String> {
    LabelField::named(name).ok_or_else(|| "应为 skill_group、complaint、priority 或 manner".to_owned())
}
