//! What `GET /v1/stats` is asked with, read into a query of the store.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};

use crate::config::{Config, DEFAULT_KB};
use crate::http::request::Fields;
use crate::store::{Dimension, Seat, StatisticsQuery};

/// Longest value of a parameter, in characters.
const VALUE_CHARS: usize = 256;
/// Days shown where no beginning is given.
const USUAL_DAYS: i64 = 7;
/// Longest time asked about at once: ten years.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 3_660);

/// The form of the reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Csv,
}

const FORMATS: [(&str, Format); 2] = [("json", Format::Json), ("csv", Format::Csv)];

/// Reads the parameters; what is wrong with them is noted. `usual_zone` is that of the knowledge base.
pub(super) fn read(fields: &mut Fields, usual_zone: &TimeZone, now: Timestamp) -> (StatisticsQuery, Format) {
    let Period { from, to, zone } = period(fields, usual_zone, now);
    let by = by(fields);
    let format = format(fields);
    let usual = Seat::default();
    let whole = |number: Option<u64>, usual| number.and_then(|number| u32::try_from(number).ok()).unwrap_or(usual);
    let seat = Seat {
        minutes: whole(fields.integer("handling_minutes", 1..=1_440), usual.minutes),
        hours: whole(fields.integer("seat_hours", 1..=24), usual.hours),
    };
    let mut only = Vec::new();
    for dimension in Dimension::ALL.into_iter().filter(|dimension| !is_of_time(*dimension)) {
        if let Some(value) = fields.telling(dimension.name(), VALUE_CHARS) {
            only.push((dimension, value));
        }
    }
    (StatisticsQuery { from, to, by, zone, only, seat }, format)
}

/// From when until when, and the zone in which both were read.
#[derive(Debug)]
pub(crate) struct Period {
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    pub(crate) zone: TimeZone,
}

/// The form asked for.
pub(super) fn format(fields: &mut Fields) -> Format {
    fields.choice("format", &FORMATS).unwrap_or(Format::Json)
}

/// The zone of a knowledge base.
pub(crate) fn zone_of(config: &Config, kb: &str) -> TimeZone {
    let settings = config.knowledge_bases.get(kb).or_else(|| config.knowledge_bases.get(DEFAULT_KB));
    settings.map(|settings| settings.answering.time_zone.clone()).unwrap_or(TimeZone::UTC)
}

/// Reads `from`, `to` and `zone`; what is wrong with them is noted.
pub(crate) fn period(fields: &mut Fields, usual_zone: &TimeZone, now: Timestamp) -> Period {
    let zone = zone(fields).unwrap_or_else(|| usual_zone.clone());
    let to = moment(fields, "to", &zone).unwrap_or(now);
    let from = moment(fields, "from", &zone).unwrap_or_else(|| usual_beginning(to, &zone));
    if !fields.has_fault_in(&["from", "to"]) {
        let length = to.duration_since(from);
        if from >= to {
            fields.refuse("from", format!("must be before the end, {to}"));
        } else if length > LONGEST {
            fields.refuse("from", "must be at most ten years (3,660 days) before the end");
        }
    }
    Period { from, to, zone }
}

fn is_of_time(dimension: Dimension) -> bool {
    matches!(dimension, Dimension::Hour | Dimension::Day | Dimension::Week)
}

fn zone(fields: &mut Fields) -> Option<TimeZone> {
    let name = fields.telling("zone", VALUE_CHARS)?;
    let zone = TimeZone::get(&name).ok();
    if zone.is_none() {
        fields.refuse("zone", "must be the IANA name of a time zone, such as Asia/Shanghai");
    }
    zone
}

/// A moment with an offset, a local time, or a date. A date as the end is meant whole.
fn moment(fields: &mut Fields, name: &'static str, zone: &TimeZone) -> Option<Timestamp> {
    let text = fields.telling(name, VALUE_CHARS)?;
    let found = parsed(&text, zone, name == "to");
    if found.is_none() {
        let hint = "must be a date (2026-11-11), a local time (2026-11-11T08:00) or a moment \
            (2026-11-11T08:00:00Z; a `+` is written %2B)";
        fields.refuse(name, hint);
    }
    found
}

fn parsed(text: &str, zone: &TimeZone, is_end: bool) -> Option<Timestamp> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment);
    }
    if text.contains(['T', 't', ' ', ':']) {
        return zone.to_timestamp(text.parse::<DateTime>().ok()?).ok();
    }
    let date = text.parse::<Date>().ok()?;
    let date = if is_end { date.tomorrow().ok()? } else { date };
    Some(date.to_zoned(zone.clone()).ok()?.timestamp())
}

/// Beginning of the day from which on there are seven days until the end, the day of the end included.
fn usual_beginning(to: Timestamp, zone: &TimeZone) -> Timestamp {
    let last = to.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(to).to_zoned(zone.clone()).date();
    let first = last.checked_sub(Span::new().days(USUAL_DAYS - 1)).unwrap_or(last);
    first.to_zoned(zone.clone()).map_or(Timestamp::MIN, |start| start.timestamp())
}

/// Columns, in the order asked for.
fn by(fields: &mut Fields) -> Vec<Dimension> {
    let Some(text) = fields.telling("by", VALUE_CHARS) else { return Vec::new() };
    let mut by = Vec::new();
    for name in text.split(',').map(str::trim) {
        match Dimension::named(name) {
            Some(dimension) if by.contains(&dimension) => fields.refuse("by", format!("names {name} twice")),
            Some(dimension) => by.push(dimension),
            None => {
                let known: Vec<&str> = Dimension::ALL.iter().map(|dimension| dimension.name()).collect();
                fields.refuse("by", format!("must be names out of {}, separated by commas", known.join(", ")));
                break;
            }
        }
    }
    by
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_in_the_zone_and_an_end_date_is_whole() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        for (text, is_end, expected) in [
            ("2026-11-11", false, "2026-11-10T16:00:00Z"),
            ("2026-11-11", true, "2026-11-11T16:00:00Z"),
            ("2026-11-11T08:00", true, "2026-11-11T00:00:00Z"),
            ("2026-11-11T08:00:00Z", true, "2026-11-11T08:00:00Z"),
            ("2026-11-11T08:00:00+02:00", false, "2026-11-11T06:00:00Z"),
        ] {
            assert_eq!(parsed(text, &zone, is_end), Some(expected.parse().unwrap()), "{text}");
        }
        for text in ["yesterday", "2026-13-01", "11.11.2026", "2026-11-11T25:00"] {
            assert_eq!(parsed(text, &zone, false), None, "{text}");
        }
    }

    #[test]
    fn the_usual_time_is_seven_days_of_the_zone() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let beginning = |to: &str| usual_beginning(to.parse().unwrap(), &zone).to_string();
        assert_eq!(beginning("2026-11-11T17:00:00Z"), "2026-11-05T16:00:00Z"); // the 12th has begun there
        assert_eq!(beginning("2026-11-11T16:00:00Z"), "2026-11-04T16:00:00Z"); // the 11th is just over
    }
}
