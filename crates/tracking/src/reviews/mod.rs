//! Reviews of traces by people: what they are asked, and what waits for them.

pub(crate) mod items;
pub(crate) mod queues;
pub(crate) mod schemas;

use std::collections::HashSet;

use crate::Error;

/// Results of a list that names no number, and at most.
const PAGE: u32 = 1000;
const MAX_PAGE: u32 = 50_000;

/// Refuses a text that is empty or longer than its column.
fn check_text(field: &str, text: &str, most: usize) -> Result<(), Error> {
    if text.is_empty() {
        return Err(Error::invalid(format!("`{field}` must be a non-empty string; got ''.")));
    }
    let length = text.chars().count();
    if length > most {
        return Err(Error::invalid(format!(
            "`{field}` must be at most {most} characters; got {length}."
        )));
    }
    Ok(())
}

/// Texts without what surrounds them, each once, in order.
fn trimmed(texts: &[String], field: &str, most: usize) -> Result<Vec<String>, Error> {
    let mut known = HashSet::new();
    let mut all = Vec::new();
    for text in texts {
        let text = text.trim();
        check_text(field, text, most)?;
        if known.insert(text) {
            all.push(text.to_owned());
        }
    }
    Ok(all)
}
