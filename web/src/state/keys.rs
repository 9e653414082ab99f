//! Keys that come in twos.

/// Remembers the first key of a pair for a second.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Chord {
    /// When `g` was pressed, in milliseconds.
    started: Option<f64>,
}

impl Chord {
    const PATIENCE: f64 = 1000.0;

    /// A key was pressed at `now` (milliseconds): the keys that this makes, such
    /// as `j` or `g e`; nothing for the first of a pair.
    pub(crate) fn press(&mut self, key: &str, now: f64) -> Option<String> {
        let second = self.started.take().is_some_and(|start| now - start < Chord::PATIENCE);
        match (second, key) {
            (true, key) => Some(format!("g {key}")),
            (false, "g") => {
                self.started = Some(now);
                None
            }
            (false, key) => Some(key.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g_then_e_is_a_pair() {
        let mut chord = Chord::default();
        assert_eq!(chord.press("e", 0.0).as_deref(), Some("e"));
        assert_eq!(chord.press("g", 10.0), None);
        assert_eq!(chord.press("e", 500.0).as_deref(), Some("g e"));
        assert_eq!(chord.press("e", 510.0).as_deref(), Some("e"));
    }

    #[test]
    fn a_slow_second_key_stands_alone() {
        let mut chord = Chord::default();
        chord.press("g", 0.0);
        assert_eq!(chord.press("e", 1500.0).as_deref(), Some("e"));
    }
}
