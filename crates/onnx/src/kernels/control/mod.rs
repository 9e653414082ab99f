//! Graphs inside nodes: `If`, `Loop` and `Scan`.
//!
//! A body is lent what it captures of the graph around it: nothing is copied
//! for an iteration but what is carried from one to the next.

mod collect;
mod distances;
mod scan;

pub(crate) use distances::is_distances;

use std::borrow::Cow;

use tensor::Tensor;

use super::{Body, Build, Kernel, Spec};
use crate::fault::{Fault, bail};
use crate::session::ValueInfo;
use crate::value::{Inputs, Value};
use collect::Collected;

pub(super) fn find(domain: &str, op: &str) -> Option<Build> {
    if !matches!(domain, "" | "ai.onnx") {
        return None;
    }
    Some(match op {
        "If" => conditional,
        #[cfg(feature = "networks")]
        "Loop" => repeated,
        "Scan" => scan::build,
        _ => return None,
    })
}

fn conditional(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let branches = [spec.body("else_branch")?, spec.body("then_branch")?];
    for branch in &branches {
        check(branch, 0, spec.outputs)?;
    }
    let [otherwise, then] = branches;
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        let branch = if truth(inputs.value(0)?)? { &then } else { &otherwise };
        // Only one branch runs, so it may have what the node may have.
        let captured =
            branch.captures.iter().map(|&i| inputs.0.get_mut(i).and_then(Option::take)).collect();
        branch.program.run(captured)
    }))
}

/// `Loop`: the body takes the iteration's number, the condition and the values
/// that are carried on; it gives the condition, those values, and one more
/// value for each output that is collected.
///
/// The body's condition counts even where the node leaves its own out, as ONNX
/// Runtime has it; the specification's table says that it is ignored then.
fn repeated(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let body = spec.body("body")?;
    let own = spec.constants.len().saturating_sub(body.captures.len());
    let carried = own.saturating_sub(2);
    check(&body, carried + 2, spec.outputs + 1)?;
    if body.outputs.len() < carried + 1 {
        bail!("the body gives {} values for {carried} that it carries on", body.outputs.len());
    }
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        let given = |i: usize| if i < own { inputs.get(i) } else { None };
        let limit = given(0).map_or(Ok(i64::MAX), count)?;
        let mut condition =
            Value::Tensor(like_declared(body.inputs.get(1), given(1).map_or(Ok(true), truth)?)?);
        let mut values = (0..carried).map(|i| inputs.take(i + 2)).collect::<Result<Vec<_>, _>>()?;
        let mut collected: Vec<Collected> =
            body.outputs.iter().skip(carried + 1).map(|info| Collected::new(info, None)).collect();
        let mut number = 0;
        while number < limit && truth(&condition)? {
            let counter = Value::Tensor(like_declared(body.inputs.first(), number)?);
            let own = [counter, condition].into_iter().chain(values).map(Cow::Owned);
            let mut results = body.iterate(own, &inputs)?.into_iter();
            condition = results.next().ok_or_else(|| Fault::new("the body gives no condition"))?;
            values = results.by_ref().take(carried).collect();
            for (collected, value) in collected.iter_mut().zip(results) {
                collected.push(value)?;
            }
            number += 1;
        }
        let iterations = usize::try_from(number).unwrap_or_default();
        for collected in collected {
            values.push(collected.finish(&[iterations])?.into());
        }
        Ok(values)
    }))
}

/// Refuses a body that does not fit its node.
fn check(body: &Body, inputs: usize, outputs: usize) -> Result<(), Fault> {
    if body.inputs.len() != inputs {
        bail!("'{}' takes {} inputs, but is given {inputs}", body.name, body.inputs.len());
    }
    if body.outputs.len() < outputs {
        bail!("'{}' gives {} outputs, not {outputs}", body.name, body.outputs.len());
    }
    Ok(())
}

/// What a condition says: the one element of a tensor.
fn truth(value: &Value) -> Result<bool, Fault> {
    match value.as_tensor().and_then(Tensor::as_slice::<bool>) {
        Some([truth]) => Ok(*truth),
        _ => bail!("the condition is {}, not one bool", value.describe()),
    }
}

/// How often to repeat.
fn count(value: &Value) -> Result<i64, Fault> {
    match value.as_tensor().and_then(Tensor::as_slice::<i64>) {
        Some([count]) => Ok(*count),
        _ => bail!("the number of iterations is {}, not one int64", value.describe()),
    }
}

/// A scalar, or a vector of one element where the body declares a vector: ONNX
/// Runtime gives it so.
fn like_declared<T>(info: Option<&ValueInfo>, value: T) -> Result<Tensor, Fault>
where
    tensor::Data: From<Vec<T>>,
{
    let rank = info.and_then(|info| info.shape.as_ref()).map_or(0, |shape| shape.len().min(1));
    Ok(Tensor::new(vec![1; rank], vec![value])?)
}

#[cfg(test)]
mod tests {
    use prost::Message as _;
    use tensor::Tensor;

    use crate::proto::{
        AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, ValueInfoProto,
    };
    use crate::{NoExternalData, Session, Value};

    fn names(names: &[&str]) -> Vec<ValueInfoProto> {
        names.iter().map(|name| ValueInfoProto { name: (*name).into(), r#type: None }).collect()
    }

    fn graph(inputs: &[&str], nodes: Vec<NodeProto>, outputs: &[&str]) -> GraphProto {
        GraphProto {
            node: nodes,
            input: names(inputs),
            output: names(outputs),
            ..GraphProto::default()
        }
    }

    fn looped(inputs: &[&str], outputs: &[&str], body: GraphProto) -> NodeProto {
        let body =
            AttributeProto { name: "body".into(), g: Some(body), ..AttributeProto::default() };
        NodeProto {
            op_type: "Loop".into(),
            input: inputs.iter().map(|s| (*s).to_owned()).collect(),
            output: outputs.iter().map(|s| (*s).to_owned()).collect(),
            attribute: vec![body],
            ..NodeProto::default()
        }
    }

    fn load(graph: GraphProto) -> Result<Session, crate::Error> {
        let model = ModelProto {
            graph: Some(graph),
            opset_import: vec![OperatorSetIdProto { domain: String::new(), version: 21 }],
            functions: Vec::new(),
        };
        Session::load(model.encode_to_vec(), &NoExternalData)
    }

    fn run(session: &Session, count: i64) -> Result<Value, String> {
        let feeds = vec![
            ("m".to_owned(), Tensor::scalar(count).into()),
            ("x".to_owned(), Tensor::scalar(1.5f32).into()),
        ];
        session.run(feeds).map(|mut o| o.remove(0).1).map_err(|e| e.to_string())
    }

    /// Repeats a body that only passes on what it is given.
    fn idle(inputs: &[&str]) -> NodeProto {
        looped(inputs, &["y"], graph(&["i", "c", "v"], Vec::new(), &["c", "v"]))
    }

    #[test]
    fn a_loop_without_an_end_is_ended() {
        let session = load(graph(&["m", "x"], vec![idle(&["", "", "x"])], &["y"])).unwrap();
        assert!(run(&session, 0).unwrap_err().contains("too long"));
    }

    #[test]
    fn loops_in_loops_share_one_budget_in_each_run() {
        let body = graph(&["j", "d", "x2"], vec![idle(&["m", "", "x2"])], &["d", "y"]);
        let outer = looped(&["m", "", "x"], &["z"], body);
        let session = load(graph(&["m", "x"], vec![outer], &["z"])).unwrap();
        for _ in 0..10 {
            assert_eq!(run(&session, 15), Ok(Tensor::scalar(1.5f32).into()));
        }
        assert!(run(&session, 30).unwrap_err().contains("too long"));
        assert_eq!(run(&session, 0), Ok(Tensor::scalar(1.5f32).into()));
    }

    #[test]
    fn a_body_that_does_not_fit_is_refused_when_the_model_loads() {
        let body = graph(&["i", "c"], Vec::new(), &["c", "i"]);
        let node = looped(&["m", "", "x"], &["y"], body);
        let error = load(graph(&["m", "x"], vec![node], &["y"])).unwrap_err();
        assert!(error.to_string().contains("'body' takes 2 inputs, but is given 3"), "{error}");
    }

    #[test]
    fn a_carried_value_may_be_captured_too() {
        let body = graph(&["i", "c", "v"], Vec::new(), &["c", "x", "v"]);
        let node = looped(&["m", "", "x"], &["y", "all"], body);
        let session = load(graph(&["m", "x"], vec![node], &["all"])).unwrap();
        assert_eq!(run(&session, 3), Ok(Tensor::vector(vec![1.5f32; 3]).into()));
    }
}
