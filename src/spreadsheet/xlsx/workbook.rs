//! The list of a workbook's sheets, and where its other parts are.

use std::collections::BTreeMap;

use quick_xml::events::Event;

use super::archive::{Archive, attribute};
use super::fault::Fault;

/// Where the workbook stands in all files that programs write today.
const USUAL_PLACE: &str = "xl/workbook.xml";

/// What the workbook says of its parts.
#[derive(Debug, Default)]
pub(super) struct Workbook {
    pub(super) sheets: Vec<Listed>,
    pub(super) shared_strings: Option<String>,
    pub(super) styles: Option<String>,
    /// Whether days are counted from 1904, as old Macs did.
    pub(super) counts_from_1904: bool,
}

/// A sheet by name, with the part that holds its cells.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) hidden: bool,
    pub(super) part: String,
}

/// A part that another one names: its kind and where it stands.
struct Related {
    kind: String,
    target: String,
}

pub(super) fn read(archive: &mut Archive<'_>) -> Result<Workbook, Fault> {
    let place = place(archive)?;
    let folder = place.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let name = place.rsplit('/').next().unwrap_or_default();
    let related = relationships(archive, &format!("{folder}/_rels/{name}.rels"), &folder)?;
    let of_kind = |kind: &str| related.values().find(|one| one.kind == kind).map(|one| one.target.clone());
    let mut workbook = Workbook {
        shared_strings: of_kind("sharedStrings").filter(|part| archive.has(part)),
        styles: of_kind("styles").filter(|part| archive.has(part)),
        ..Workbook::default()
    };
    let mut part = archive.part(&place)?;
    while let Some(event) = part.next()? {
        let Event::Start(element) = event else { continue };
        match element.local_name().as_ref() {
            "workbookPr" => {
                workbook.counts_from_1904 =
                    attribute(&element, "date1904").is_some_and(|yes| yes == "1" || yes == "true");
            }
            "sheet" => {
                // Charts and macros have sheets too, which hold no cells.
                let cells =
                    attribute(&element, "id").and_then(|id| related.get(&id)).filter(|one| one.kind == "worksheet");
                if let Some(cells) = cells {
                    let state = attribute(&element, "state").unwrap_or_default();
                    workbook.sheets.push(Listed {
                        name: attribute(&element, "name").unwrap_or_default().replace(char::is_control, " "),
                        hidden: state.to_lowercase().contains("hidden"),
                        part: cells.target.clone(),
                    });
                }
            }
            _ => {}
        }
    }
    Ok(workbook)
}

fn place(archive: &mut Archive<'_>) -> Result<String, Fault> {
    if archive.has(USUAL_PLACE) {
        return Ok(USUAL_PLACE.to_owned());
    }
    if !archive.has("_rels/.rels") {
        return Err(Fault::NoWorkbook);
    }
    let related = relationships(archive, "_rels/.rels", "")?;
    let found = related.into_values().find(|one| one.kind == "officeDocument").map(|one| one.target);
    found.filter(|part| archive.has(part) && part.to_lowercase().ends_with(".xml")).ok_or(Fault::NoWorkbook)
}

/// What a part is related to, by id; nothing where it has no such list.
fn relationships(archive: &mut Archive<'_>, list: &str, folder: &str) -> Result<BTreeMap<String, Related>, Fault> {
    let mut related = BTreeMap::new();
    if !archive.has(list) {
        return Ok(related);
    }
    let mut part = archive.part(list)?;
    while let Some(event) = part.next()? {
        let Event::Start(element) = event else { continue };
        if element.local_name().as_ref() != "Relationship" {
            continue;
        }
        let (id, kind) = (attribute(&element, "Id"), attribute(&element, "Type"));
        if let (Some(id), Some(kind), Some(target)) = (id, kind, attribute(&element, "Target")) {
            let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
            related.insert(id, Related { kind, target: resolve(folder, &target) });
        }
    }
    Ok(related)
}

/// A target, which is written from the root of the archive or from the folder of the part that names it.
fn resolve(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut steps: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split('/') {
        match step {
            "." | "" => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_found_from_where_they_are_named() {
        assert_eq!(resolve("xl", "worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(resolve("xl", "/xl/styles.xml"), "xl/styles.xml");
        assert_eq!(resolve("xl/a", "../styles.xml"), "xl/styles.xml");
    }
}
