//! What the runs of a board have to choose from.

use std::collections::BTreeSet;

use leptos::prelude::*;

use crate::components::charts::board::Board;
use crate::state::board::Field;

/// What the runs of a board have, by key.
pub(super) struct Keys {
    /// The keys of their metrics.
    pub(super) metrics: Vec<String>,
    /// The keys of their parameters.
    pub(super) params: Vec<String>,
}

impl Keys {
    /// Those of the runs as they are now.
    pub(super) fn of(board: Board) -> Keys {
        board.runs.with(|runs| {
            let metrics: BTreeSet<&str> =
                runs.iter().flat_map(|run| &run.metrics).map(|latest| &*latest.key).collect();
            let params: BTreeSet<&str> =
                runs.iter().flat_map(|run| &run.params).map(|(key, _)| &**key).collect();
            Keys {
                metrics: metrics.into_iter().map(str::to_owned).collect(),
                params: params.into_iter().map(str::to_owned).collect(),
            }
        })
    }

    /// Parameters first, then metrics.
    pub(super) fn fields(&self) -> Vec<Field> {
        let params = self.params.iter().cloned().map(Field::Param);
        params.chain(self.metrics.iter().cloned().map(Field::Metric)).collect()
    }
}
