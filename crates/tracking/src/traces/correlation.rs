//! How far two filters find the same traces: normalized pointwise mutual
//! information, of the counts and of the counts smoothed by Jeffreys' prior.

use mlflow_api::{CalculateTraceFilterCorrelation, TraceFilterCorrelation};

use super::search;
use crate::call::required;
use crate::{Error, Sql};

const PRIOR: f64 = 0.5;

pub(crate) fn calculate(
    sql: &dyn Sql,
    asked: &CalculateTraceFilterCorrelation,
) -> Result<TraceFilterCorrelation, Error> {
    if asked.experiment_ids.is_empty() {
        return Err(Error::missing("experiment_ids"));
    }
    let first = required(&asked.filter_string1, "filter_string1")?;
    let second = required(&asked.filter_string2, "filter_string2")?;
    let base = asked.base_filter.as_deref().unwrap_or_default();
    let count = |filters: &[&str]| search::count(sql, &asked.experiment_ids, filters);
    let total = count(&[base])?;
    let [filter1, filter2] = [count(&[base, first])?, count(&[base, second])?];
    let joint = count(&[base, first, second])?;
    let is_defined = filter1 > 0 && filter2 > 0;
    let counts = [joint, filter1 - joint, filter2 - joint, total - filter1 - filter2 + joint];
    let npmi = match joint {
        _ if !is_defined => None,
        0 => Some(-1.0),
        _ => npmi(counts, 0.0),
    };
    Ok(TraceFilterCorrelation {
        npmi,
        npmi_smoothed: is_defined.then(|| self::npmi(counts, PRIOR)).flatten(),
        filter1_count: filter1,
        filter2_count: filter2,
        joint_count: joint,
        total_count: total,
    })
}

/// Of the numbers of what is found by both, by one, by the other, and by none.
fn npmi(counts: [i64; 4], prior: f64) -> Option<f64> {
    if let [_, 0, 0, 0] = counts {
        return Some(1.0);
    }
    let [both, only1, only2, none] = counts.map(|count| count as f64 + prior);
    let all = both + only1 + only2 + none;
    let information = (both.ln() + all.ln()) - ((both + only1).ln() + (both + only2).ln());
    let npmi = information / (all.ln() - both.ln());
    (!npmi.is_nan()).then(|| npmi.clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        assert_eq!(npmi([5, 0, 0, 0], 0.0), Some(1.0));
        assert!(npmi([1, 1, 1, 1], 0.0).unwrap().abs() < 1e-12);
        assert!((npmi([10, 10, 5, 75], 0.0).unwrap() - 0.522_878_745).abs() < 1e-6);
        assert!(npmi([0, 3, 3, 3], PRIOR).unwrap() < 0.0);
    }
}
