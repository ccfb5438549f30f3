//! The texts that cells refer to by number. What the part claims about their count is not looked at.

use quick_xml::events::Event;

use super::archive::{Archive, Part, push_text, unescape};
use super::fault::Fault;
use super::limits::Memory;

/// Every text, in order.
pub(super) fn read(archive: &mut Archive<'_>, part: &str, memory: &mut Memory) -> Result<Vec<String>, Fault> {
    let mut part = archive.part(part)?;
    let mut strings = Vec::new();
    loop {
        match part.next()? {
            None => return Ok(strings),
            Some(Event::Start(element)) if element.local_name().as_ref() == "si" => {
                let text = rich_text(&mut part, "si")?;
                memory.keep(text.len() + size_of::<String>())?;
                strings.push(text);
            }
            Some(_) => {}
        }
    }
}

/// The text of an element up to its end: all of its runs, without readings (`rPh`).
pub(super) fn rich_text(part: &mut Part<'_, '_>, element: &str) -> Result<String, Fault> {
    let (mut text, mut inside, mut reading) = (String::new(), false, false);
    loop {
        let Some(event) = part.next()? else { return Err(Fault::Cut) };
        match &event {
            Event::Start(start) => match start.local_name().as_ref() {
                "t" => inside = !reading,
                "rPh" => reading = true,
                _ => {}
            },
            Event::End(end) => match end.local_name().as_ref() {
                "t" => inside = false,
                "rPh" => reading = false,
                name if name == element => return Ok(unescape(&text)),
                _ => {}
            },
            event if inside => push_text(event, &mut text),
            _ => {}
        }
    }
}
