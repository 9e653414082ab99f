//! A change to an experiment or a run: the call that makes it on the server, and
//! what it makes of the one that is shown.

use mlflow_api::{
    DeleteExperimentTag, DeleteTag, Experiment, Run, SetExperimentTag, SetTag, Tag,
    UpdateExperiment, UpdateRun, tags,
};
use mlflow_client::Error;

use super::session::Mlflow;

/// What is changed.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// The name.
    Name(String),
    /// A tag, new or not: its key and value.
    Tag(String, String),
    /// A tag that goes: its key.
    NoTag(String),
}

impl Change {
    /// The description, which is a tag; an empty one goes.
    pub(crate) fn note(note: String) -> Change {
        Change::Tag(tags::NOTE.to_owned(), note)
    }

    /// Makes it on the server, of an experiment.
    pub(crate) async fn of_experiment(&self, client: &Mlflow, id: &str) -> Result<(), Error> {
        let experiment_id = id.to_owned();
        match self {
            Change::Name(name) => {
                let request = UpdateExperiment { experiment_id, new_name: name.clone() };
                client.call(&request).await.map(drop)
            }
            Change::Tag(key, value) => {
                let tag = Tag { key: key.clone(), value: value.clone() };
                client.call(&SetExperimentTag { experiment_id, tag }).await.map(drop)
            }
            Change::NoTag(key) => {
                let request = DeleteExperimentTag { experiment_id, key: key.clone() };
                client.call(&request).await.map(drop)
            }
        }
    }

    /// Makes it on the server, of a run.
    pub(crate) async fn of_run(&self, client: &Mlflow, id: &str) -> Result<(), Error> {
        let run_id = id.to_owned();
        match self {
            Change::Name(name) => {
                let run_name = Some(name.clone());
                client.call(&UpdateRun { run_id, run_name, ..UpdateRun::default() }).await.map(drop)
            }
            Change::Tag(key, value) => {
                let tag = Tag { key: key.clone(), value: value.clone() };
                client.call(&SetTag { run_id, tag }).await.map(drop)
            }
            Change::NoTag(key) => {
                client.call(&DeleteTag { run_id, key: key.clone() }).await.map(drop)
            }
        }
    }

    /// What it makes of an experiment.
    pub(crate) fn show_experiment(&self, experiment: &mut Experiment) {
        match self {
            Change::Name(name) => experiment.name = name.clone(),
            _ => self.show_tag(&mut experiment.tags),
        }
    }

    /// What it makes of a run.
    pub(crate) fn show_run(&self, run: &mut Run) {
        match self {
            Change::Name(name) => run.info.run_name = Some(name.clone()),
            _ => self.show_tag(&mut run.data.tags),
        }
    }

    fn show_tag(&self, tags: &mut Vec<Tag>) {
        match self {
            Change::Name(_) => {}
            Change::NoTag(key) => tags.retain(|tag| tag.key != *key),
            Change::Tag(key, value) => match tags.iter_mut().find(|tag| tag.key == *key) {
                Some(tag) => tag.value = value.clone(),
                None => tags.push(Tag { key: key.clone(), value: value.clone() }),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_shown_as_the_server_will() {
        let mut run = Run::default();
        Change::Name("a".into()).show_run(&mut run);
        Change::Tag("k".into(), "1".into()).show_run(&mut run);
        Change::Tag("k".into(), "2".into()).show_run(&mut run);
        Change::note("n".into()).show_run(&mut run);
        assert_eq!((run.name(), run.tag("k"), run.note()), ("a", Some("2"), Some("n")));
        Change::NoTag("k".into()).show_run(&mut run);
        assert_eq!((run.tag("k"), run.data.tags.len()), (None, 1));
    }
}
