//! Colours that a run keeps everywhere.

/// Ten colours that also differ for colour-blind readers (Petroff, "Accessible
/// Color Sequences for Data Visualization", 2021), then ten lighter ones.
pub const PALETTE: [&str; 20] = [
    "#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70",
    "#717581", "#92dadd", "#8cbce9", "#ffcb6e", "#d77967", "#bfc8c7", "#b581d3", "#cba69b",
    "#f1a166", "#d5cda9", "#aaacb3", "#bee9eb",
];

/// The colour of a run, from its id alone: the same on every page, in every
/// chart and in every release.
#[must_use]
pub fn series_colour(run_id: &str) -> &'static str {
    // FNV-1a, 32 bits, folded so that the high bits count too.
    let hash = run_id
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let index = (hash ^ (hash >> 16)) as usize % PALETTE.len();
    PALETTE.get(index).copied().unwrap_or("#3f90da")
}
