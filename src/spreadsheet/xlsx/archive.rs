//! The zip file a workbook is: its parts by name, each read through the limit on what may unfold.

use std::collections::BTreeMap;
use std::io::{BufReader, Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use zip::ZipArchive;
use zip::read::ZipFile;

use super::fault::Fault;
use super::limits::MAX_UNFOLDED;

/// First bytes of the container that older workbooks and encrypted ones are kept in.
const COMPOUND_FILE: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// An opened workbook.
pub(super) struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    /// Name in lower case with `/` → position.
    positions: BTreeMap<String, usize>,
    /// Bytes that may still unfold.
    left: u64,
}

impl<'a> Archive<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, Fault> {
        if bytes.starts_with(&COMPOUND_FILE) {
            return Err(Fault::OldOrLocked);
        }
        if !bytes.starts_with(b"PK") {
            return Err(Fault::NoWorkbook);
        }
        // The list of parts stands at the end: without it the file was cut.
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Fault::Cut)?;
        let mut positions = BTreeMap::new();
        for at in 0..zip.len() {
            if let Some(Ok(name)) = zip.name_for_index(at) {
                positions.entry(name.replace('\\', "/").to_lowercase()).or_insert(at);
            }
        }
        Ok(Self { zip, positions, left: MAX_UNFOLDED })
    }

    pub(super) fn has(&self, part: &str) -> bool {
        self.positions.contains_key(&part.to_lowercase())
    }

    /// A part's XML.
    pub(super) fn part<'b>(&'b mut self, name: &str) -> Result<Part<'a, 'b>, Fault> {
        let damaged = |cause: String| Fault::Damaged { part: name.to_owned(), cause };
        let at = *self.positions.get(&name.to_lowercase()).ok_or_else(|| damaged("没有这一部分".to_owned()))?;
        let file = self.zip.by_index(at).map_err(|error| damaged(error.to_string()))?;
        let mut reader = Reader::from_reader(BufReader::new(Limited { file, left: &mut self.left }));
        // An element without content is told as begun and ended, so that each is handled in one place.
        reader.config_mut().expand_empty_elements = true;
        Ok(Part { name: name.to_owned(), reader, buffer: Vec::new() })
    }
}

/// Stops reading where a part unfolds into more than may be.
struct Limited<'a, 'b> {
    file: ZipFile<'b, Cursor<&'a [u8]>>,
    left: &'b mut u64,
}

impl Read for Limited<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(buffer)?;
        match self.left.checked_sub(read as u64) {
            Some(left) => *self.left = left,
            None => return Err(std::io::ErrorKind::FileTooLarge.into()),
        }
        Ok(read)
    }
}

/// The XML of one part, event by event.
pub(super) struct Part<'a, 'b> {
    name: String,
    reader: Reader<BufReader<Limited<'a, 'b>>>,
    buffer: Vec<u8>,
}

impl Part<'_, '_> {
    /// The next event; `None` at the end of the part.
    pub(super) fn next(&mut self) -> Result<Option<Event<'_>>, Fault> {
        self.buffer.clear();
        match self.reader.read_event_into(&mut self.buffer) {
            Ok(Event::Eof) => Ok(None),
            Ok(event) => Ok(Some(event)),
            Err(error) => Err(Fault::xml(&self.name, &error)),
        }
    }

    /// A fault in this part.
    pub(super) fn damaged(&self, cause: impl Into<String>) -> Fault {
        Fault::Damaged { part: self.name.clone(), cause: cause.into() }
    }
}

/// An attribute by its name without prefix; what cannot be read is not there.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    element.attributes().with_checks(false).flatten().find_map(|attribute| {
        let value = || attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok();
        (attribute.key.local_name().as_ref() == name).then(value).flatten().map(|value| value.into_owned())
    })
}

/// The character a reference stands for; none for entities of a document's own, which workbooks do not have.
pub(super) fn character(reference: &BytesRef<'_>) -> Option<char> {
    match reference.as_ref() {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => reference.resolve_char_ref().ok().flatten(),
    }
}

/// Collects the text of an element from its events.
pub(super) fn push_text(event: &Event<'_>, text: &mut String) {
    match event {
        Event::Text(piece) => text.push_str(&piece.xml10_content()),
        Event::CData(piece) => text.push_str(piece),
        Event::GeneralRef(reference) => text.extend(character(reference)),
        _ => {}
    }
}

/// Undoes the escapes of characters that XML cannot hold: `_x000D_` is a carriage return.
pub(super) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let (before, tail) = rest.split_at(at);
        plain.push_str(before);
        let code = tail.get(2..6).filter(|_| tail.get(6..7) == Some("_"));
        let escaped = code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32);
        match escaped {
            Some(c) => {
                plain.push(c);
                rest = tail.get(7..).unwrap_or_default();
            }
            None => {
                plain.push_str("_x");
                rest = tail.get(2..).unwrap_or_default();
            }
        }
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_once() {
        let rows = [
            ("a_x000D_b", "a\rb"),
            ("_x005F_x000D_", "_x000D_"), // an escaped underscore: the text itself said so
            ("_x12_", "_x12_"),
            ("_xZZZZ_", "_xZZZZ_"),
            ("尾_x", "尾_x"),
        ];
        for (text, plain) in rows {
            assert_eq!(unescape(text), plain);
        }
    }
}
