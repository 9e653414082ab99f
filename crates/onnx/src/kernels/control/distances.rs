//! A `Scan` that computes distances, which is what the nearest neighbours of
//! scikit-learn become: for each row that is scanned, the squared distance to
//! every row of the state. It is computed as the product of matrices is,
//! instead of a graph for each row.

use tensor::Tensor;

use crate::attributes::Attributes;
use crate::fault::Fault;
use crate::kernels::matmul::squared_distances;
use crate::proto::{GraphProto, NodeProto};
use crate::tensors;
use crate::value::Value;

/// The most nodes that such a graph has: converters write four. Names are looked
/// up one by one, which would take long among many.
const MOST_NODES: usize = 8;

/// Whether a graph of a state and a scanned row gives the state back, and the
/// squared distances between the row and the state's rows.
pub(crate) fn is_distances(graph: &GraphProto) -> bool {
    let ([state, row], [state_out, out]) = (graph.input.as_slice(), graph.output.as_slice()) else {
        return false;
    };
    if graph.node.len() > MOST_NODES {
        return false;
    }
    // What gives a value, without nodes that only pass it on.
    let maker = |name: &str| graph.node.iter().find(|node| node.output.iter().any(|o| o == name));
    let plain = |name: &str| {
        let mut name = name.to_owned();
        // As often as there are nodes, at most.
        for _ in &graph.node {
            match maker(&name) {
                Some(NodeProto { op_type, domain, input, .. })
                    if op_type == "Identity" && domain.is_empty() =>
                {
                    name = input.first().cloned().unwrap_or_default();
                }
                _ => break,
            }
        }
        name
    };
    let is = |name: &str, op: &str| {
        maker(&plain(name)).filter(|node| node.op_type == op && node.domain.is_empty())
    };
    let others = graph.node.iter().filter(|node| node.op_type != "Identity").count();
    let Some(sum) = is(&out.name, "ReduceSumSquare") else { return false };
    let Some(difference) = sum.input.first().and_then(|name| is(name, "Sub")) else { return false };
    let attributes = Attributes(&sum.attribute);
    let axes = match sum.input.get(1) {
        Some(name) => {
            let constant = graph.initializer.iter().find(|tensor| tensor.name == *name);
            let tensor = constant.and_then(|tensor| tensors::decode(tensor).ok());
            tensor.and_then(|tensor| tensor.as_slice::<i64>().map(<[i64]>::to_vec))
        }
        None => Some(attributes.ints("axes").to_vec()),
    };
    let operands: Vec<String> = difference.input.iter().map(|name| plain(name)).collect();
    others == 2
        && plain(&state_out.name) == state.name
        && matches!(axes.as_deref(), Some([1 | -1]))
        && !attributes.flag("keepdims", true)
        && (operands == [&*state.name, &*row.name] || operands == [&*row.name, &*state.name])
}

/// What such a scan collects for all rows; `None` where that has to be found
/// out row by row, since these are no matrices of floats that fit.
pub(super) fn distances(state: &Value, rows: &Value) -> Result<Option<Tensor>, Fault> {
    match (state.as_tensor(), rows.as_tensor()) {
        (Some(state), Some(rows)) => squared_distances(rows, state),
        _ => Ok(None),
    }
}
