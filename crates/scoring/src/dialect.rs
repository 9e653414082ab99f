//! How predictions are written, and who chooses.

/// How predictions are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// As MLflow writes them: `NaN`, `Infinity` and `-Infinity` are bare words,
    /// which Python reads and JavaScript's `JSON.parse` refuses, and an output
    /// of several numbers a row is flattened into a longer column.
    #[default]
    Mlflow,
    /// As JSON, one record a row: what is no finite number is `null`, and
    /// several numbers a row are a list.
    Strict,
}

impl Dialect {
    /// The dialect of that name: `mlflow` or `strict`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "mlflow" => Some(Self::Mlflow),
            "strict" => Some(Self::Strict),
            _ => None,
        }
    }
}

/// The dialect that a header `accept` asks for, as in
/// `application/json; scoring=strict`.
///
/// # Errors
/// The text of an answer with status 406, where there is none of that name.
pub(crate) fn asked(accept: &str) -> Result<Option<Dialect>, String> {
    let parameters = accept.split([',', ';']).filter_map(|part| part.split_once('='));
    let mut named = parameters.filter(|(key, _)| key.trim().eq_ignore_ascii_case("scoring"));
    let Some((_, name)) = named.next() else { return Ok(None) };
    let name = name.trim().trim_matches('"');
    Dialect::named(name).map(Some).ok_or_else(|| {
        format!("The header Accept has scoring='{name}', which is neither 'mlflow' nor 'strict'.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parameter_is_found_among_others() {
        for (accept, expected) in [
            ("", None),
            ("*/*", None),
            ("text/html;q=0.9, application/json", None),
            ("application/json; scoring=strict", Some(Dialect::Strict)),
            ("text/html, application/json;q=1;Scoring=\"mlflow\", */*", Some(Dialect::Mlflow)),
        ] {
            assert_eq!(asked(accept), Ok(expected), "{accept}");
        }
        assert!(asked("application/json; scoring=strikt").unwrap_err().contains("'strikt'"));
    }
}
