//! `Tokenizer` of `com.microsoft`: each text cut into tokens, along a new last
//! axis that is as long as the most tokens of a text.

use tensor::Tensor;

use super::regex::{Budget, Regex};
use crate::fault::{Fault, bail};
use crate::kernels::{Kernel, Spec};
use crate::limits;
use crate::value::Inputs;

/// How texts are cut.
enum Cut {
    /// Each character is a token.
    Characters,
    /// Tokens lie between what matches the first of these; they are cut again
    /// by the second, and so on.
    Separators(Vec<Regex>),
    /// Tokens are what matches.
    Tokens(Box<Regex>),
}

struct Tokenizer {
    cut: Cut,
    /// Whether a token before and one after mark the ends of each text.
    mark: bool,
    pad: String,
    /// The fewest characters that make a token; at least one.
    shortest: usize,
}

pub(super) fn tokenizer(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let attributes = spec.attributes;
    for required in ["mark", "mincharnum", "pad_value"] {
        if !attributes.has(required) {
            bail!("the attribute '{required}' is missing");
        }
    }
    let shortest = match usize::try_from(attributes.int("mincharnum", 1)) {
        Ok(shortest @ 1..) => shortest,
        _ => bail!("'mincharnum' is not positive"),
    };
    let separators = attributes.strings("separators")?;
    // Separators go before a token's expression, as in ONNX Runtime.
    let cut = if attributes.has("separators") {
        match separators.as_slice() {
            [] => bail!("'separators' is empty"),
            [only] if only.is_empty() => Cut::Characters,
            all => Cut::Separators(all.iter().map(|s| separator(s)).collect::<Result<_, _>>()?),
        }
    } else {
        match attributes.str("tokenexp")? {
            None | Some("") => bail!("neither 'separators' nor 'tokenexp' is given"),
            Some(".") => Cut::Characters,
            Some(pattern) => Cut::Tokens(Box::new(Regex::new(pattern)?)),
        }
    };
    if matches!(cut, Cut::Characters) && shortest > 1 {
        bail!("'mincharnum' is {shortest}, where tokens have one character");
    }
    let pad = attributes.str("pad_value")?.unwrap_or_default().to_owned();
    let tokenizer = Tokenizer { cut, mark: attributes.flag("mark", false), pad, shortest };
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let shape = inputs.tensor(0)?.shape();
        Ok(vec![tokenizer.run(inputs.slice(0)?, shape)?.into()])
    }))
}

/// A separator's expression. What ONNX Runtime answers where one matches
/// between characters is not defined: it reads beyond the text.
fn separator(pattern: &str) -> Result<Regex, Fault> {
    let regex = Regex::new(pattern)?;
    if regex.is_full_match("", &mut Budget::new(&[]))? {
        bail!("the separator '{pattern}' matches nothing at all");
    }
    Ok(regex)
}

impl Tokenizer {
    fn run(&self, texts: &[String], shape: &[usize]) -> Result<Tensor, Fault> {
        match shape {
            // No texts: there is no new axis.
            [_] if texts.is_empty() => return Ok(Tensor::new(vec![0], Vec::<String>::new())?),
            [n, _] if texts.is_empty() => {
                return Ok(Tensor::new(vec![*n, 0], Vec::<String>::new())?);
            }
            [_] | [_, _] => {}
            _ => bail!("texts of shape {shape:?}: [C] or [N, C] is wanted"),
        }
        let mut budget = Budget::new(texts);
        let mut tokens: Vec<&str> = Vec::new();
        let mut counts: Vec<usize> = Vec::with_capacity(texts.len());
        let mut scratch = (Vec::new(), Vec::new());
        for text in texts {
            let before = tokens.len();
            match &self.cut {
                Cut::Characters => tokens.extend(characters(text)),
                Cut::Separators(all) => {
                    self.between(text, all, &mut scratch, &mut budget)?;
                    tokens.append(&mut scratch.0);
                }
                Cut::Tokens(regex) => self.matches(text, regex, &mut tokens, &mut budget)?,
            }
            counts.push(tokens.len() - before);
        }
        let most = counts.iter().max().copied().unwrap_or(0);
        // Where there is no token at all, there are no marks either.
        let marks = if self.mark && most > 0 { 2 } else { 0 };
        let shape = [shape, &[most + marks]].concat();
        let count = limits::elements(&shape)?;
        limits::text(self.pad.len(), count)?;
        let mut all: Vec<String> = Vec::with_capacity(count);
        let mark = |mark: &str| (marks > 0).then(|| mark.to_owned());
        let mut tokens = tokens.into_iter();
        for found in counts {
            all.extend(mark("\u{2}"));
            all.extend(tokens.by_ref().take(found).map(str::to_owned));
            all.extend(mark("\u{3}"));
            all.extend(std::iter::repeat_n(&self.pad, most - found).cloned());
        }
        Ok(Tensor::new(shape, all)?)
    }

    /// Whether this has the characters that a token needs.
    fn is_token(&self, text: &str) -> bool {
        text.len() >= self.shortest && text.chars().nth(self.shortest - 1).is_some()
    }

    /// The tokens that match. Where a match is too short, the search goes on
    /// one character after its start, not after its end.
    fn matches<'a>(
        &self,
        text: &'a str,
        regex: &Regex,
        tokens: &mut Vec<&'a str>,
        budget: &mut Budget,
    ) -> Result<(), Fault> {
        if !self.is_token(text) {
            return Ok(());
        }
        let mut from = 0;
        while let Some(found) = regex.find(text, from, budget)? {
            let Some(token) = text.get(found.clone()) else {
                break;
            };
            from = if self.is_token(token) {
                tokens.push(token);
                found.end
            } else {
                let next = text.get(found.start..).and_then(|rest| rest.chars().next());
                let Some(next) = next else {
                    break;
                };
                found.start + next.len_utf8()
            };
        }
        Ok(())
    }

    /// Cuts a text by one separator after the other; the tokens are left in the
    /// first of the two lists.
    fn between<'a>(
        &self,
        text: &'a str,
        separators: &[Regex],
        (tokens, pieces): &mut (Vec<&'a str>, Vec<&'a str>),
        budget: &mut Budget,
    ) -> Result<(), Fault> {
        tokens.clear();
        tokens.push(text);
        for separator in separators {
            std::mem::swap(tokens, pieces);
            tokens.clear();
            for piece in pieces.iter() {
                let mut from = 0;
                loop {
                    let found = separator.find(piece, from, budget)?;
                    let end = found.as_ref().map_or(piece.len(), |found| found.start);
                    let token = piece.get(from..end).unwrap_or_default();
                    if self.is_token(token) {
                        tokens.push(token);
                    }
                    match found {
                        Some(found) if !found.is_empty() => from = found.end,
                        // An assertion can hold here that does not in a text
                        // without characters.
                        Some(found) => {
                            let rest = piece.get(found.start..).unwrap_or_default();
                            let Some(next) = rest.chars().next() else {
                                break;
                            };
                            from = found.start + next.len_utf8();
                        }
                        None => break,
                    }
                }
            }
        }
        Ok(())
    }
}

/// The characters of a text, each as a text.
fn characters(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let len = rest.chars().next()?.len_utf8();
        let (first, after) = rest.split_at_checked(len)?;
        rest = after;
        Some(first)
    })
}
