//! Which keys do what.

/// What a key, or two in a row, asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// `/`: to the filter box.
    Filter,
    /// `?`: the map of keys.
    Map,
    /// `g e`: to the experiments.
    Experiments,
    /// `g t`: to Try a model.
    Try,
    /// `g s`: to the settings.
    Settings,
}

/// Keys that come in twos: remembers the first for a second.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Chord {
    /// When `g` was pressed, in milliseconds.
    started: Option<f64>,
}

impl Chord {
    const PATIENCE: f64 = 1000.0;

    /// A key was pressed at `now` (milliseconds): what that asks for, if anything.
    pub(crate) fn press(&mut self, key: &str, now: f64) -> Option<Action> {
        let second = self.started.take().is_some_and(|start| now - start < Chord::PATIENCE);
        match (second, key) {
            (true, "e") => Some(Action::Experiments),
            (true, "t") => Some(Action::Try),
            (true, "s") => Some(Action::Settings),
            (_, "/") => Some(Action::Filter),
            (_, "?") => Some(Action::Map),
            (_, "g") => {
                self.started = Some(now);
                None
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g_then_e_goes_to_the_experiments() {
        let mut chord = Chord::default();
        assert_eq!(chord.press("e", 0.0), None);
        assert_eq!(chord.press("g", 10.0), None);
        assert_eq!(chord.press("e", 500.0), Some(Action::Experiments));
        assert_eq!(chord.press("e", 510.0), None);
    }

    #[test]
    fn a_slow_second_key_means_nothing() {
        let mut chord = Chord::default();
        chord.press("g", 0.0);
        assert_eq!(chord.press("e", 1500.0), None);
    }

    #[test]
    fn single_keys_work_at_once() {
        let mut chord = Chord::default();
        chord.press("g", 0.0);
        assert_eq!(chord.press("/", 10.0), Some(Action::Filter));
        assert_eq!(chord.press("?", 20.0), Some(Action::Map));
    }
}
