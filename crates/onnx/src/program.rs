//! A prepared graph, and how it runs.

use std::borrow::Cow;
use std::rc::Rc;

use crate::fault::Fault;
use crate::kernels::Kernel;
use crate::value::{Inputs, Value};

/// Where a value is while a graph runs.
pub(crate) type Slot = usize;

/// Where a step finds an input.
#[derive(Debug, Clone)]
pub(crate) enum Operand {
    /// Left out.
    Absent,
    /// The same in every run.
    Constant(Rc<Value>),
    /// Made in this run; `last` where nothing reads it afterwards.
    Slot { slot: Slot, last: bool },
}

/// One node, prepared.
pub(crate) struct Step {
    pub(crate) kernel: Box<dyn Kernel>,
    pub(crate) inputs: Vec<Operand>,
    /// `None` for an output that nothing reads.
    pub(crate) outputs: Vec<Option<Slot>>,
    /// The operator and the node, for messages.
    pub(crate) place: String,
}

/// A prepared graph: steps in an order in which every value is made before it
/// is read.
pub(crate) struct Program {
    pub(crate) slots: usize,
    pub(crate) inputs: Vec<Slot>,
    pub(crate) steps: Vec<Step>,
    pub(crate) outputs: Vec<Operand>,
}

impl Program {
    /// Runs the graph on values for its inputs, in order; `None` for an input
    /// that a function's caller leaves out.
    pub(crate) fn run<'a>(
        &'a self,
        inputs: Vec<Option<Cow<'a, Value>>>,
    ) -> Result<Vec<Value>, Fault> {
        let mut slots: Vec<Option<Cow<'a, Value>>> = Vec::new();
        slots.resize_with(self.slots, || None);
        if inputs.len() != self.inputs.len() {
            return Err(Fault::new(format!(
                "{} values for a graph of {} inputs",
                inputs.len(),
                self.inputs.len()
            )));
        }
        for (&slot, value) in self.inputs.iter().zip(inputs) {
            if let Some(value) = value {
                put(&mut slots, slot, value);
            }
        }
        for step in &self.steps {
            let outputs = step
                .run(&mut slots)
                .map_err(|fault| Fault::new(format!("{}: {fault}", step.place)))?;
            if outputs.len() < step.outputs.len() {
                return Err(Fault::new(format!("{} gives too few outputs", step.place)));
            }
            for (slot, value) in step.outputs.iter().zip(outputs) {
                if let Some(slot) = slot {
                    put(&mut slots, *slot, Cow::Owned(value));
                }
            }
        }
        self.outputs
            .iter()
            .map(|operand| {
                take(&mut slots, operand)
                    .map(Cow::into_owned)
                    .ok_or_else(|| Fault::new("an output was not made"))
            })
            .collect()
    }
}

impl Program {
    /// Notes at each read whether it is the last of its value, which the step
    /// may then have for itself. One that a step reads twice it does not get.
    pub(crate) fn mark_last_reads(&mut self) {
        // How often each slot is read from here on, or more often than once.
        let mut reads = vec![0u8; self.slots];
        let mut mark = |operands: &mut [Operand]| {
            for slot in operands.iter().filter_map(Operand::slot) {
                if let Some(reads) = reads.get_mut(slot) {
                    *reads = reads.saturating_add(1);
                }
            }
            for operand in operands {
                if let Operand::Slot { slot, last } = operand {
                    *last = reads.get(*slot) == Some(&1);
                }
            }
        };
        mark(&mut self.outputs);
        for step in self.steps.iter_mut().rev() {
            mark(&mut step.inputs);
        }
    }
}

impl Operand {
    /// The slot that this reads, if it reads one.
    pub(crate) fn slot(&self) -> Option<Slot> {
        if let Self::Slot { slot, .. } = self { Some(*slot) } else { None }
    }
}

impl Step {
    fn run(&self, slots: &mut [Option<Cow<'_, Value>>]) -> Result<Vec<Value>, Fault> {
        // What is read here for the last time is moved out first; the rest is
        // then lent.
        let mut inputs: Vec<_> = self
            .inputs
            .iter()
            .map(|operand| match operand {
                Operand::Slot { slot, last: true } => slots.get_mut(*slot).and_then(Option::take),
                _ => None,
            })
            .collect();
        for (input, operand) in inputs.iter_mut().zip(&self.inputs) {
            match operand {
                Operand::Constant(value) => *input = Some(Cow::Borrowed(value)),
                Operand::Slot { slot, last: false } => {
                    *input = slots.get(*slot).and_then(Option::as_deref).map(Cow::Borrowed);
                }
                Operand::Absent | Operand::Slot { .. } => {}
            }
        }
        self.kernel.run(Inputs(inputs))
    }
}

fn put<'a>(slots: &mut [Option<Cow<'a, Value>>], slot: Slot, value: Cow<'a, Value>) {
    if let Some(place) = slots.get_mut(slot) {
        *place = Some(value);
    }
}

/// An output of the graph: moved out where nothing else gives it.
fn take<'a>(slots: &mut [Option<Cow<'a, Value>>], operand: &'a Operand) -> Option<Cow<'a, Value>> {
    match operand {
        Operand::Absent => None,
        Operand::Constant(value) => Some(Cow::Borrowed(value)),
        Operand::Slot { slot, last: true } => slots.get_mut(*slot).and_then(Option::take),
        Operand::Slot { slot, last: false } => slots.get(*slot).and_then(Clone::clone),
    }
}
