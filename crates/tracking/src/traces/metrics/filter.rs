//! What figures are about: comparisons of the one form that MLflow takes here.

use mlflow_api::MetricViewType;
use mlflow_api::filter::Entity;
use mlflow_api::search::{Clause, Comparator, Token, TokenKind, Value as Operand, tokens};

use super::super::search;
use crate::Error;
use crate::search::Search;

/// Adds `trace.status = 'OK'`, ``trace.tag.`a b` = 'c'``, `span.name = 'd'`…
pub(super) fn add(search: &mut Search, view: MetricViewType, text: &str) -> Result<(), Error> {
    let (name, value) = comparison(text)?;
    let mut parts = name.splitn(3, '.');
    let (of, what) = (bare(parts.next().unwrap_or_default()), parts.next().unwrap_or_default());
    let key = parts.next().map(bare);
    let condition = match (of, what, key) {
        ("trace", "status", None) => equal(search, "t.status", value),
        ("trace", "tag", Some(key)) => search::of_key(search, &clause(Entity::Tag, key, value))?,
        ("trace", "metadata", Some(key)) => {
            search::of_key(search, &clause(Entity::Metadata, key, value))?
        }
        ("span", "name" | "status" | "type", None) if view == MetricViewType::Spans => {
            equal(search, &format!("s.{what}"), value)
        }
        ("assessment", "name", None) if view == MetricViewType::Assessments => {
            equal(search, "a.name", value)
        }
        ("assessment", "type", None) if view == MetricViewType::Assessments => {
            equal(search, "a.assessment_type", value)
        }
        _ => {
            return Err(Error::invalid(format!(
                "Invalid identifier '{name}' for figures about {view}: there are trace.status, trace.tag.<key>, trace.metadata.<key>; span.name, span.status, span.type of spans; assessment.name, assessment.type of assessments"
            )));
        }
    };
    search.also(condition);
    Ok(())
}

fn clause(entity: Entity, key: &str, value: &str) -> Clause {
    Clause {
        entity,
        key: key.to_owned(),
        comparator: Comparator::Equal,
        value: Operand::Text(value.to_owned()),
        span: 0..0,
    }
}

fn equal(search: &mut Search, column: &str, value: &str) -> String {
    format!("{column} = {}", search.bind(value))
}

/// The name and the text of the one comparison.
fn comparison(text: &str) -> Result<(&str, &str), Error> {
    let words = tokens(text);
    let word = |token: &Token| text.get(token.span.clone()).unwrap_or_default();
    match words.as_slice() {
        [name, comparator, value]
            if name.kind == TokenKind::Identifier && value.kind == TokenKind::String =>
        {
            if word(comparator) != "=" {
                return Err(Error::invalid(format!(
                    "Invalid comparator: '{}', only '=' operator is supported",
                    word(comparator)
                )));
            }
            let quoted = word(value);
            let value = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
            Ok((word(name), value))
        }
        _ => Err(Error::invalid(format!(
            "Invalid filter: '{text}'. One comparison is expected, such as trace.status = 'OK'"
        ))),
    }
}

/// A name without the quotes around it.
fn bare(name: &str) -> &str {
    let inner = ['\'', '"', '`']
        .iter()
        .find_map(|quote| name.strip_prefix(*quote).and_then(|name| name.strip_suffix(*quote)));
    inner.unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_comparison_with_a_text() {
        assert_eq!(comparison("trace.status = 'OK'").unwrap(), ("trace.status", "OK"));
        let name = "trace.metadata.`mlflow.trace.session`";
        assert_eq!(comparison(&format!("{name}= \"s 1\"")).unwrap(), (name, "s 1"));
        for wrong in [
            "",
            "trace.status",
            "trace.status != 'OK'",
            "trace.status = 1",
            "trace.status = 'OK' AND trace.status = 'OK'",
            "trace.status LIKE 'O%'",
            "trace.status IN ('OK')",
        ] {
            assert!(comparison(wrong).is_err(), "{wrong}");
        }
        assert_eq!((bare("`a.b`"), bare("'a'"), bare("a"), bare("`")), ("a.b", "a", "a", "`"));
    }

    #[test]
    fn keys_are_of_traces_and_the_rest_of_its_view() {
        for (view, text) in [
            (MetricViewType::Traces, "trace.tag.a.b = 'x'"),
            (MetricViewType::Traces, "trace.metadata.`a` = 'x'"),
            (MetricViewType::Spans, "span.name = 'x'"),
            (MetricViewType::Assessments, "assessment.type = 'feedback'"),
            (MetricViewType::Assessments, "trace.status = 'OK'"),
        ] {
            assert!(add(&mut search::new(), view, text).is_ok(), "{text}");
        }
        for (view, text) in [
            (MetricViewType::Traces, "span.name = 'x'"),
            (MetricViewType::Spans, "assessment.name = 'x'"),
            (MetricViewType::Traces, "trace.tag = 'x'"),
            (MetricViewType::Traces, "trace.status.x = 'x'"),
            (MetricViewType::Traces, "status = 'x'"),
            (MetricViewType::Traces, "trace.name = 'x'"),
        ] {
            assert!(add(&mut search::new(), view, text).is_err(), "{text}");
        }
    }
}
