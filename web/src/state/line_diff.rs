//! Two texts, line by line. Our own, since the library for it (`similar`) adds
//! 50 kB to what every page loads.

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// It is in both.
    Same,
    /// It is in the first alone.
    Gone,
    /// It is in the second alone.
    Come,
}

/// More pairs of lines than this are not compared: what differs between the
/// lines that both begin and end with is then shown as one change.
const MOST_PAIRS: usize = 4_000_000;

/// The lines of both texts: those that they share once, in an order that keeps
/// as many of them together as possible.
pub(crate) fn lines<'a>(old: &'a str, new: &'a str) -> Vec<(Change, &'a str)> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) =
        (old.get(head..).unwrap_or_default(), new.get(head..).unwrap_or_default());
    let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let old_middle = old_rest.get(..old_rest.len() - tail).unwrap_or_default();
    let new_middle = new_rest.get(..new_rest.len() - tail).unwrap_or_default();

    let same = |line: &&'a str| (Change::Same, *line);
    let mut out: Vec<(Change, &str)> = old.iter().take(head).map(same).collect();
    middle(old_middle, new_middle, &mut out);
    out.extend(old_rest.iter().skip(old_rest.len() - tail).map(same));
    out
}

/// The part between what both begin and end with: the longest common
/// subsequence, by the table of its lengths.
fn middle<'a>(old: &[&'a str], new: &[&'a str], out: &mut Vec<(Change, &'a str)>) {
    let width = new.len() + 1;
    let small = old.len().saturating_mul(new.len()) <= MOST_PAIRS;
    let mut lengths = vec![0_u32; if small { (old.len() + 1) * width } else { 0 }];
    let length = |lengths: &[u32], a: usize, b: usize| {
        lengths.get(a * width + b).copied().unwrap_or_default()
    };
    if small {
        for (a, old_line) in old.iter().enumerate().rev() {
            for (b, new_line) in new.iter().enumerate().rev() {
                let longest = match old_line == new_line {
                    true => length(&lengths, a + 1, b + 1) + 1,
                    false => length(&lengths, a + 1, b).max(length(&lengths, a, b + 1)),
                };
                if let Some(slot) = lengths.get_mut(a * width + b) {
                    *slot = longest;
                }
            }
        }
    }
    let (mut a, mut b) = (0, 0);
    loop {
        match (old.get(a), new.get(b)) {
            (None, None) => break,
            (Some(x), Some(y)) if x == y && small => {
                out.push((Change::Same, x));
                (a, b) = (a + 1, b + 1);
            }
            (Some(x), y)
                if y.is_none()
                    || !small
                    || length(&lengths, a + 1, b) >= length(&lengths, a, b + 1) =>
            {
                out.push((Change::Gone, x));
                a += 1;
            }
            (_, Some(y)) => {
                out.push((Change::Come, y));
                b += 1;
            }
            (Some(_), None) => break,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn signs(old: &str, new: &str) -> String {
        let sign = |(change, line): (Change, &str)| match change {
            Change::Same => format!(" {line}"),
            Change::Gone => format!("-{line}"),
            Change::Come => format!("+{line}"),
        };
        lines(old, new).into_iter().map(sign).collect::<Vec<_>>().join(",")
    }

    #[test]
    fn what_both_share_is_kept() {
        assert_eq!(signs("a\nb\nc", "a\nc"), " a,-b, c");
        assert_eq!(signs("a\nc", "a\nb\nc"), " a,+b, c");
        assert_eq!(signs("x", "y"), "-x,+y");
        assert_eq!(signs("", ""), "");
        assert_eq!(signs("a\nb\nc\nd", "b\nx\nd"), "-a, b,-c,+x, d");
    }

    proptest! {
        #[test]
        fn either_text_can_be_read_back(old in "([ab]\n){0,12}", new in "([abc]\n){0,12}") {
            let found = lines(&old, &new);
            let of = |without: Change| {
                found.iter().filter(|(c, _)| *c != without).map(|(_, l)| format!("{l}\n")).collect::<String>()
            };
            prop_assert_eq!(of(Change::Come), old.clone());
            prop_assert_eq!(of(Change::Gone), new.clone());
        }
    }
}
