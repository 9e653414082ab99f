//! Runs that are nested in others, as the lines of a table.

use crate::frame::Frame;

/// A line of the table: a run, at its depth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The run's row.
    pub row: u32,
    /// How deep it is nested; 0 is not at all.
    pub depth: u16,
    /// How many runs are nested in it directly, of those that are shown.
    pub children: u32,
}

/// The rows that are nested in each of some rows.
struct Nesting {
    /// Where a row is among the rows given, by row.
    place: Vec<u32>,
    /// Where the children of a place begin in `children`.
    starts: Vec<u32>,
    children: Vec<u32>,
}

const NOWHERE: u32 = u32::MAX;

impl Nesting {
    /// `None` where none is nested, which most often no run says anyway.
    fn of(frame: &Frame, rows: &[u32]) -> Option<Self> {
        if frame.parents.count() == 0 {
            return None;
        }
        let mut place = vec![NOWHERE; frame.len()];
        for (nth, row) in (0..).zip(rows) {
            if let Some(slot) = place.get_mut(*row as usize) {
                *slot = nth;
            }
        }
        let at = |row: u32| place.get(row as usize).copied().filter(|at| *at != NOWHERE);
        let parents: Vec<u32> = rows
            .iter()
            .map(|row| frame.parent(*row).filter(|p| p != row).and_then(at).unwrap_or(NOWHERE))
            .collect();
        if parents.iter().all(|parent| *parent == NOWHERE) {
            return None;
        }
        // Children of one parent together, in the order of the rows.
        let mut starts = vec![0_u32; rows.len() + 1];
        for parent in &parents {
            if let Some(count) = starts.get_mut(*parent as usize + usize::from(*parent != NOWHERE))
            {
                *count += 1;
            }
        }
        let mut sum = 0;
        for count in &mut starts {
            sum += *count;
            *count = sum;
        }
        let mut next = starts.clone();
        let mut children = vec![0; sum as usize];
        for (row, parent) in rows.iter().zip(&parents) {
            if let Some(at) = next.get_mut(*parent as usize) {
                if let Some(slot) = children.get_mut(*at as usize) {
                    *slot = *row;
                }
                *at += 1;
            }
        }
        Some(Self { place, starts, children })
    }

    fn children(&self, row: u32) -> &[u32] {
        let range = || {
            let at = *self.place.get(row as usize)? as usize;
            self.children.get(*self.starts.get(at)? as usize..*self.starts.get(at + 1)? as usize)
        };
        range().unwrap_or_default()
    }
}

impl Frame {
    /// Some rows as lines, in their order: a run whose parent is among them
    /// stands under it, if that is open; one whose parent is not stands for itself. Runs that are nested in each other in a circle are lines too.
    pub fn lines(&self, rows: &[u32], open: &dyn Fn(u32) -> bool) -> Vec<Line> {
        let Some(nesting) = Nesting::of(self, rows) else {
            return rows.iter().map(|row| Line { row: *row, depth: 0, children: 0 }).collect();
        };
        let mut seen = vec![false; self.len()];
        let mut lines = Vec::new();
        let is_root = |row: &u32| {
            let parent = self.parent(*row).filter(|parent| parent != row);
            parent.is_none_or(|parent| {
                nesting.place.get(parent as usize).is_none_or(|at| *at == NOWHERE)
            })
        };
        for root in rows.iter().copied().filter(is_root) {
            add(&nesting, root, open, &mut seen, &mut lines);
        }
        // What no root leads to is nested in itself.
        for row in rows {
            if !seen.get(*row as usize).copied().unwrap_or(true) {
                add(&nesting, *row, open, &mut seen, &mut lines);
            }
        }
        lines
    }
}

/// Adds a run and what is nested in it; what is not open is seen, but no line.
fn add(
    nesting: &Nesting,
    root: u32,
    open: &dyn Fn(u32) -> bool,
    seen: &mut [bool],
    lines: &mut Vec<Line>,
) {
    let mut stack = vec![(root, 0_u16, true)];
    while let Some((row, depth, shown)) = stack.pop() {
        match seen.get_mut(row as usize) {
            Some(seen) if !*seen => *seen = true,
            _ => continue,
        }
        let children = nesting.children(row);
        if shown {
            lines.push(Line { row, depth, children: children.len() as u32 });
        }
        let shown = shown && open(row);
        stack.extend(children.iter().rev().map(|child| (*child, depth.saturating_add(1), shown)));
    }
}
