//! The elements of a store's answer. Stores write plain XML: no comments, no
//! CDATA, and no element in another of its name.

/// What is in each element of a name.
pub(crate) fn elements<'a>(xml: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    let mut rest = xml;
    std::iter::from_fn(move || {
        let (inner, after) = next(rest, name)?;
        rest = after;
        Some(inner)
    })
}

/// The text of the first element of a name.
pub(crate) fn text(xml: &str, name: &str) -> Option<String> {
    next(xml, name).map(|(inner, _)| unescaped(inner))
}

/// A text as XML has it.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// What is in the first element of a name, and what follows it.
fn next<'a>(xml: &'a str, name: &str) -> Option<(&'a str, &'a str)> {
    let mut rest = xml;
    loop {
        let at = rest.find('<')?;
        rest = rest.get(at + 1..)?;
        let Some(after) = rest.strip_prefix(name) else { continue };
        if !after.starts_with(['>', '/', ' ', '\t', '\r', '\n']) {
            continue;
        }
        let (tag, inner) = after.split_once('>')?;
        if tag.ends_with('/') {
            return Some(("", inner));
        }
        let end = inner.find(&format!("</{name}>"))?;
        return Some((inner.get(..end)?, inner.get(end..)?));
    }
}

fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let Some((entity, after)) = after.split_once(';') else {
            plain.push('&');
            rest = after;
            continue;
        };
        match character(entity) {
            Some(c) => plain.push(c),
            None => plain.push('\u{fffd}'),
        }
        rest = after;
    }
    plain.push_str(rest);
    plain
}

fn character(entity: &str) -> Option<char> {
    Some(match entity {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = entity.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn elements_are_found_by_their_whole_name() {
        let xml = "<?xml version=\"1.0\"?><R><Keys>no</Keys><Key a=\"1\">a &amp; b</Key><Key/>\
                   <Key>c&#252;&#xfc;</Key><Marker /></R>";
        let keys: Vec<&str> = elements(xml, "Key").collect();
        assert_eq!(keys, ["a &amp; b", "", "c&#252;&#xfc;"]);
        assert_eq!(text(xml, "Key").as_deref(), Some("a & b"));
        assert_eq!(text("<Key>c&#252;&#xfc;</Key>", "Key").as_deref(), Some("cüü"));
        assert_eq!(text(xml, "Marker").as_deref(), Some(""));
        assert_eq!(text(xml, "None"), None);
    }

    proptest! {
        #[test]
        fn any_text_comes_back(value in ".{0,40}") {
            prop_assert_eq!(text(&format!("<K>{}</K>", escaped(&value)), "K"), Some(value));
        }

        #[test]
        fn anything_is_read(xml in "[<>/K &;#x0-9]{0,60}") {
            elements(&xml, "K").for_each(drop);
            text(&xml, "K");
        }
    }
}
