//! `StringNormalizer`: stop words taken out, case changed.
//!
//! ONNX Runtime changes each character by itself, as the C library's `towupper`
//! and `towlower` do: `ß` and the other characters whose capital is more than
//! one character stay what they are, and a sigma is the same at the end of a
//! word. The locale makes no difference to it but for `C`, which knows ASCII
//! only, and for Turkish and its kin, which are refused here.

use std::collections::HashSet;

use tensor::Tensor;

use crate::fault::{Fault, bail};
use crate::kernels::{Kernel, Spec};
use crate::value::Inputs;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    Keep,
    Lower,
    Upper,
}

struct Normalizer {
    case: Case,
    is_ascii_only: bool,
    is_case_sensitive: bool,
    /// As they are compared.
    stop_words: HashSet<String>,
}

pub(super) fn string_normalizer(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let case = match spec.attributes.str("case_change_action")?.unwrap_or("NONE") {
        "NONE" => Case::Keep,
        "LOWER" => Case::Lower,
        "UPPER" => Case::Upper,
        other => bail!("'{other}' is no change of case"),
    };
    let locale = spec.attributes.str("locale")?.unwrap_or_default();
    let language = locale.split(['_', '-', '.']).next().unwrap_or_default();
    if ["tr", "az", "ku", "crh", "tt"].contains(&language) {
        bail!("the locale '{locale}' changes case in its own way, which is not known here");
    }
    let mut normalizer = Normalizer {
        case,
        is_ascii_only: ["C", "POSIX"].contains(&locale),
        is_case_sensitive: spec.attributes.flag("is_case_sensitive", false),
        stop_words: HashSet::new(),
    };
    for mut word in spec.attributes.strings("stopwords")? {
        if !normalizer.is_case_sensitive {
            normalizer.change(&mut word, normalizer.compared_case());
        }
        normalizer.stop_words.insert(word);
    }
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        // The types are checked before anything is taken.
        inputs.slice::<String>(0)?;
        Ok(vec![normalizer.run(inputs.take_tensor(0)?)?.into()])
    }))
}

impl Normalizer {
    /// The case in which words are compared where case makes no difference.
    fn compared_case(&self) -> Case {
        if self.case == Case::Upper { Case::Upper } else { Case::Lower }
    }

    fn change(&self, text: &mut String, case: Case) {
        match case {
            Case::Keep => {}
            Case::Lower if self.is_ascii_only || text.is_ascii() => text.make_ascii_lowercase(),
            Case::Upper if self.is_ascii_only || text.is_ascii() => text.make_ascii_uppercase(),
            Case::Lower => *text = text.chars().map(to_lower).collect(),
            Case::Upper => *text = text.chars().map(to_upper).collect(),
        }
    }

    fn run(&self, texts: Tensor) -> Result<Tensor, Fault> {
        let (shape, data) = texts.into_parts();
        let tensor::Data::Str(mut texts) = data else {
            bail!("texts are wanted");
        };
        if texts.is_empty() || !matches!(shape.as_slice(), [_] | [1, _]) {
            bail!("texts of shape {shape:?}: [C] or [1, C] with at least one is wanted");
        }
        if self.stop_words.is_empty() {
            texts.iter_mut().for_each(|text| self.change(text, self.case));
        } else if self.is_case_sensitive {
            texts.retain(|text| !self.stop_words.contains(text));
            texts.iter_mut().for_each(|text| self.change(text, self.case));
        } else if self.case == Case::Keep {
            texts.retain(|text| {
                let mut compared = text.clone();
                self.change(&mut compared, self.compared_case());
                !self.stop_words.contains(&compared)
            });
        } else {
            texts.iter_mut().for_each(|text| self.change(text, self.case));
            texts.retain(|text| !self.stop_words.contains(text));
        }
        if texts.is_empty() {
            texts.push(String::new());
        }
        let mut shape = shape;
        if let Some(last) = shape.last_mut() {
            *last = texts.len();
        }
        Ok(Tensor::new(shape, texts)?)
    }
}

/// The one lower-case letter of a character.
pub(super) fn to_lower(c: char) -> char {
    if c == 'İ' { 'i' } else { single(c.to_lowercase()).unwrap_or(c) }
}

/// The one capital of a character.
pub(super) fn to_upper(c: char) -> char {
    let apart = match c {
        // Greek with an iota below: the capital of one character has it beside.
        '\u{1F80}'..='\u{1F87}' | '\u{1F90}'..='\u{1F97}' | '\u{1FA0}'..='\u{1FA7}' => 8,
        '\u{1FB3}' | '\u{1FC3}' | '\u{1FF3}' => 9,
        _ => return single(c.to_uppercase()).unwrap_or(c),
    };
    char::from_u32(u32::from(c) + apart).unwrap_or(c)
}

fn single(mut chars: impl Iterator<Item = char>) -> Option<char> {
    chars.next().filter(|_| chars.next().is_none())
}
