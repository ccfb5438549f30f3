//! `*.yml`, `*.yaml`: question-and-answer corpora of Rasa and `ChatterBot`, and lists of objects.
//!
//! Anchors and aliases are refused: they can make a small file stand for an endless one.

use saphyr_parser::{Event, Parser, ScalarStyle};

use crate::corpus::read::node::{Node, Table, Value};

/// Values inside values at most.
const MAX_DEPTH: usize = 64;

/// The first document of a YAML text.
///
/// # Errors
/// Line and cause where the text is no YAML that is read here.
pub(super) fn read(text: &str) -> Result<Node, (usize, String)> {
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| (error.marker().line(), error.info().to_owned()))?;
        let line = span.start.line();
        match event {
            Event::Scalar(text, style, ..) => builder.add(Node { line, value: scalar(&text, style) }),
            Event::SequenceStart(..) => builder.open(line, Open::List(Vec::new()))?,
            Event::MappingStart(..) => builder.open(line, Open::Table(Vec::new(), None))?,
            Event::SequenceEnd | Event::MappingEnd => builder.close(),
            Event::Alias(_) => return Err((line, "不支持引用（*），请把内容写全".to_owned())),
            Event::DocumentEnd => break,
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) => {}
        }
    }
    Ok(builder.root.unwrap_or(Node { line: 1, value: Value::Nothing }))
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    match text {
        "" | "~" | "null" if style == ScalarStyle::Plain => Value::Nothing,
        text => Value::Text(text.to_owned()),
    }
}

/// A list or table whose end has not come yet.
enum Open {
    List(Vec<Node>),
    /// With the key whose value comes next.
    Table(Table, Option<(String, usize)>),
}

#[derive(Default)]
struct Builder {
    open: Vec<(usize, Open)>,
    root: Option<Node>,
}

impl Builder {
    fn open(&mut self, line: usize, open: Open) -> Result<(), (usize, String)> {
        if self.open.len() >= MAX_DEPTH {
            return Err((line, format!("嵌套超过 {MAX_DEPTH} 层")));
        }
        self.open.push((line, open));
        Ok(())
    }

    fn close(&mut self) {
        if let Some((line, open)) = self.open.pop() {
            let value = match open {
                Open::List(items) => Value::List(items),
                Open::Table(fields, _) => Value::Table(fields),
            };
            self.add(Node { line, value });
        }
    }

    fn add(&mut self, node: Node) {
        match self.open.last_mut() {
            None => self.root = self.root.take().or(Some(node)),
            Some((_, Open::List(items))) => items.push(node),
            Some((_, Open::Table(fields, key))) => match key.take() {
                Some((name, line)) => fields.push((name, line, node)),
                // A key that is no text has no meaning here; its value is passed over with it.
                None => {
                    let line = node.line;
                    let name = if let Value::Text(name) = node.value { name } else { String::new() };
                    *key = Some((name, line));
                }
            },
        }
    }
}
