//! A node's attributes, by name and type.

use tensor::Tensor;

use crate::fault::Fault;
use crate::proto::AttributeProto;
use crate::tensors;

/// The attributes of one node.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attributes<'a>(pub(crate) &'a [AttributeProto]);

impl<'a> Attributes<'a> {
    pub(crate) fn get(&self, name: &str) -> Option<&'a AttributeProto> {
        self.0.iter().find(|a| a.name == name)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// An integer, if there is one.
    pub(crate) fn maybe_int(&self, name: &str) -> Option<i64> {
        self.get(name).map(|a| a.i)
    }

    /// An integer, or the default that the operator's specification gives.
    pub(crate) fn int(&self, name: &str, default: i64) -> i64 {
        self.maybe_int(name).unwrap_or(default)
    }

    /// An integer that says yes (1) or no (0).
    pub(crate) fn flag(&self, name: &str, default: bool) -> bool {
        self.maybe_int(name).map_or(default, |i| i != 0)
    }

    pub(crate) fn float(&self, name: &str, default: f32) -> f32 {
        self.get(name).map_or(default, |a| a.f)
    }

    pub(crate) fn str(&self, name: &str) -> Result<Option<&'a str>, Fault> {
        self.get(name).map(|a| text(&a.s, name)).transpose()
    }

    /// A list of integers; empty where there is none.
    pub(crate) fn ints(&self, name: &str) -> &'a [i64] {
        self.get(name).map_or(&[], |a| &a.ints)
    }

    /// A list of floats; empty where there is none.
    pub(crate) fn floats(&self, name: &str) -> &'a [f32] {
        self.get(name).map_or(&[], |a| &a.floats)
    }

    /// A list of texts; empty where there is none.
    pub(crate) fn strings(&self, name: &str) -> Result<Vec<String>, Fault> {
        let strings = self.get(name).map_or(&[][..], |a| &a.strings);
        strings.iter().map(|s| text(s, name).map(str::to_owned)).collect()
    }

    pub(crate) fn tensor(&self, name: &str) -> Result<Option<Tensor>, Fault> {
        self.get(name).and_then(|a| a.t.as_ref()).map(tensors::decode).transpose()
    }
}

fn text<'a>(bytes: &'a [u8], name: &str) -> Result<&'a str, Fault> {
    std::str::from_utf8(bytes)
        .map_err(|_| Fault::new(format!("the attribute '{name}' is not UTF-8 text")))
}
