//! The number format of each cell style. Fonts, colours and borders are passed over.

use std::collections::BTreeMap;

use quick_xml::events::Event;

use super::archive::{Archive, attribute};
use super::fault::Fault;
use super::number_format::NumberFormat;

/// Styles of a workbook at most; programs stop at 65,490.
const MAX_STYLES: usize = 65_536;

/// The format of each style, in the order cells refer to them.
pub(super) fn read(archive: &mut Archive<'_>, part: &str) -> Result<Vec<NumberFormat>, Fault> {
    let mut part = archive.part(part)?;
    let mut own: BTreeMap<u32, String> = BTreeMap::new();
    let mut styles: Vec<u32> = Vec::new();
    let mut in_cell_styles = false;
    while let Some(event) = part.next()? {
        match event {
            Event::Start(element) => match element.local_name().as_ref() {
                "numFmt" => {
                    let id = attribute(&element, "numFmtId").and_then(|id| id.parse().ok());
                    if let (Some(id), Some(code)) = (id, attribute(&element, "formatCode")) {
                        own.insert(id, code);
                    }
                }
                "cellXfs" => in_cell_styles = true,
                "xf" if in_cell_styles && styles.len() < MAX_STYLES => {
                    styles.push(attribute(&element, "numFmtId").and_then(|id| id.parse().ok()).unwrap_or(0));
                }
                _ => {}
            },
            Event::End(element) if element.local_name().as_ref() == "cellXfs" => in_cell_styles = false,
            _ => {}
        }
    }
    let format = |id: u32| NumberFormat::parse(own.get(&id).map_or_else(|| built_in(id), String::as_str));
    Ok(styles.into_iter().map(format).collect())
}

/// The formats that files name by number alone, as a Chinese program shows them.
fn built_in(id: u32) -> &'static str {
    match id {
        1 => "0",
        2 => "0.00",
        3 | 37 | 38 => "#,##0",
        4 | 39 | 40 => "#,##0.00",
        5 | 6 => "\"¥\"#,##0",
        7 | 8 => "\"¥\"#,##0.00",
        9 => "0%",
        10 => "0.00%",
        11 => "0.00E+00",
        14 => "yyyy/m/d",
        15 => "d-mmm-yy",
        16 => "d-mmm",
        17 => "mmm-yy",
        18 => "h:mm AM/PM",
        19 => "h:mm:ss AM/PM",
        20 => "h:mm",
        21 => "h:mm:ss",
        22 => "yyyy/m/d h:mm",
        27 | 36 | 50 | 52 | 57 => "yyyy\"年\"m\"月\"",
        28 | 29 | 51 | 53 | 54 | 58 => "m\"月\"d\"日\"",
        30 => "m-d-yy",
        31 => "yyyy\"年\"m\"月\"d\"日\"",
        32 => "h\"时\"mm\"分\"",
        33 => "h\"时\"mm\"分\"ss\"秒\"",
        34 | 55 => "上午/下午h\"时\"mm\"分\"",
        35 | 56 => "上午/下午h\"时\"mm\"分\"ss\"秒\"",
        41 | 43 => "#,##0.00",
        42 => "\"¥\"#,##0",
        44 => "\"¥\"#,##0.00",
        45 => "mm:ss",
        46 => "[h]:mm:ss",
        47 => "mm:ss.0",
        48 => "0.0E+0",
        // 0 and 49 show what is there; 12 and 13 are fractions, which are shown as decimals here.
        _ => "General",
    }
}
