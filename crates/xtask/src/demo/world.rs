//! What the world consists of. It is planned whole before anything is sent, by a
//! seed alone: the same seed is the same world.

use fastrand::Rng;
use mlflow_api::{
    CreateRegisteredModel, Dataset, DatasetInput, Metric, Param, RunStatus, Tag, tags,
};
use serde_json::json;

use super::curves::{self, Loss, rounded};
use super::pictures::{self, Picture};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// All that is written.
pub(super) struct World {
    pub(super) experiments: Vec<Experiment>,
    pub(super) registered: Vec<CreateRegisteredModel>,
    /// What a logged model's folder holds.
    pub(super) model_files: Vec<(String, Vec<u8>)>,
}

pub(super) struct Experiment {
    pub(super) name: String,
    pub(super) tags: Vec<Tag>,
    pub(super) runs: Vec<Run>,
}

#[derive(Default)]
pub(super) struct Run {
    pub(super) name: String,
    pub(super) start_time: i64,
    /// Nothing for a run that still goes on.
    pub(super) end: Option<(i64, RunStatus)>,
    pub(super) params: Vec<Param>,
    pub(super) tags: Vec<Tag>,
    pub(super) metrics: Vec<Metric>,
    pub(super) datasets: Vec<DatasetInput>,
    pub(super) files: Vec<(String, File)>,
    pub(super) version: Option<Version>,
    pub(super) children: Vec<Run>,
}

/// A file that a run logs.
pub(super) enum File {
    Text(String),
    Picture(Picture),
}

/// A model that a run logs and registers.
pub(super) struct Version {
    pub(super) registered: String,
    pub(super) description: &'static str,
    pub(super) stage: Option<&'static str>,
    pub(super) alias: Option<&'static str>,
}

impl World {
    /// Plans a world that ends at `now`, in milliseconds since 1970.
    pub(super) fn new(
        seed: u64,
        now: i64,
        prefix: &str,
        model_files: Vec<(String, Vec<u8>)>,
    ) -> Self {
        let mut rng = Rng::with_seed(seed);
        let experiment = |name: &str, note: &str, runs| Experiment {
            name: format!("{prefix}{name}"),
            tags: vec![tag(tags::NOTE, note), tag("team", name.split('/').next().unwrap_or(name))],
            runs,
        };
        let vision = vision(&mut rng, now);
        // Names of models have no slashes.
        let prefixed = prefix.replace(['/', ':'], "-");
        let [model, baseline] = ["progression", "baseline"].map(|name| format!("{prefixed}{name}"));
        let tabular = tabular(&mut rng, now, &model, &baseline);
        let language = language(&mut rng, now);
        let generation = generation(&mut rng, now);
        let experiments = vec![
            experiment("generation/digits", GENERATION_NOTE, generation),
            experiment("language/sentiment", LANGUAGE_NOTE, language),
            experiment("tabular/diabetes", TABULAR_NOTE, tabular),
            experiment("vision/cifar-10", VISION_NOTE, vision),
        ];
        let registered = vec![
            CreateRegisteredModel {
                name: model.clone(),
                tags: vec![tag("owner", "tabular"), tag("task", "regression")],
                description: Some(MODEL_NOTE.into()),
            },
            CreateRegisteredModel {
                name: baseline,
                tags: vec![tag("owner", "tabular"), tag("status", "superseded")],
                description: Some(format!("The first model. Use `{model}`.")),
            },
        ];
        Self { experiments, registered, model_files }
    }

    /// Every run, children after their parents.
    pub(super) fn runs(&self) -> impl Iterator<Item = &Run> {
        let tops = self.experiments.iter().flat_map(|experiment| &experiment.runs);
        tops.flat_map(|run| std::iter::once(run).chain(&run.children))
    }

    /// What it has, for a person.
    pub(super) fn summary(&self) -> String {
        let values: usize = self.runs().map(|run| run.metrics.len()).sum();
        let versions = self.runs().filter(|run| run.version.is_some()).count();
        format!(
            "{} experiments, {} runs, {values} values of metrics, {} registered models with {versions} versions",
            self.experiments.len(),
            self.runs().count(),
            self.registered.len()
        )
    }
}

const VISION_NOTE: &str = "\
## Image classification

Three sweeps of a small residual network on CIFAR-10, one for each optimiser. \
One run of the *sgd* sweep **diverged**; the last of *lion* still trains.

| sweep | learning rates |
|---|---|
| adamw | 1e-4 to 1e-2 |
| sgd | 1e-2 to 1 |
| lion | 1e-5 to 1e-3 |
";

const TABULAR_NOTE: &str = "\
Gradient boosting on the *diabetes* data: progression of the disease after a year.

The best runs are registered.
";

const LANGUAGE_NOTE: &str = "Fine-tuning for sentiment, in four languages.";

const GENERATION_NOTE: &str = "Pictures of digits; look at `images/` in charts.";

const MODEL_NOTE: &str = "\
Progression of diabetes after a year, from ten measurements.

Serves as ONNX: `{\"dataframe_split\": …}` with the signature's columns.
";

fn vision(rng: &mut Rng, now: i64) -> Vec<Run> {
    let sweeps = [
        ("adamw", [1e-4, 3e-4, 1e-3, 1e-2]),
        ("sgd", [0.01, 0.03, 0.1, 1.0]),
        ("lion", [1e-5, 1e-4, 3e-4, 1e-3]),
    ];
    let mut runs = Vec::new();
    for (day, (optimiser, rates)) in sweeps.into_iter().enumerate() {
        let start_time = now - (9 - 4 * day as i64) * DAY - 5 * HOUR;
        let children: Vec<Run> = (0i64..)
            .zip(rates)
            .map(|(i, rate)| {
                let fate = match (optimiser, i) {
                    ("sgd", 3) => Fate::Diverges,
                    ("sgd", 2) => Fate::Spikes,
                    ("lion", 3) => Fate::GoesOn,
                    _ => Fate::Fine,
                };
                let start_time = match fate {
                    Fate::GoesOn => now - HOUR,
                    _ => start_time + 30_000 + i * 2 * HOUR / 3,
                };
                network(rng, optimiser, rate, start_time, fate)
            })
            .collect();
        let best = children.iter().filter_map(|run| last(run, "val/accuracy"));
        let best = best.fold(0.0, f64::max);
        let goes_on = children.iter().any(|run| run.end.is_none());
        runs.push(Run {
            name: format!("sweep-{optimiser}"),
            start_time,
            end: (!goes_on).then_some((start_time + 4 * HOUR, RunStatus::Finished)),
            params: vec![param("optimiser", optimiser), param("trials", rates.len())],
            tags: common_tags("sweep.py", "vision", rng),
            metrics: vec![metric("best_val_accuracy", best, start_time + 4 * HOUR, 0)],
            children,
            ..Run::default()
        });
    }
    runs
}

#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Fine,
    Spikes,
    Diverges,
    GoesOn,
}

fn network(rng: &mut Rng, optimiser: &str, rate: f64, start_time: i64, fate: Fate) -> Run {
    const STEPS: i64 = 2000;
    let steps = if fate == Fate::GoesOn { 1300 } else { STEPS };
    let fit = 0.86 + 0.08 * rng.f64();
    let loss = Loss {
        start: 2.3,
        end: 0.08 + 0.3 * (0.94 - fit),
        pace: 150.0 + 350.0 * rng.f64(),
        noise: 0.08,
        spikes: if fate == Fate::Spikes { 6.0 } else { 0.2 },
    };
    let mut metrics = Vec::new();
    let mut load = 80.0;
    for step in 0..steps {
        let at = start_time + step * 1200;
        let x = step as f64;
        let is_lost = fate == Fate::Diverges && step > 700;
        let value = if is_lost {
            f64::NAN
        } else if fate == Fate::Diverges && step > 600 {
            loss.at(x, rng) * ((x - 600.0) / 12.0).exp()
        } else {
            loss.at(x, rng)
        };
        metrics.push(metric("train/loss", value, at, step));
        if step % 10 == 0 {
            let lr = curves::learning_rate(x, STEPS as f64, rate);
            metrics.push(metric("lr", lr, at, step));
        }
        if step % 50 == 49 {
            let accuracy = curves::accuracy(x, 0.1, fit, loss.pace, rng);
            let value = if is_lost { f64::NAN } else { loss.at(x, rng) * 1.15 };
            metrics.push(metric("val/loss", value, at, step));
            let accuracy = if is_lost { 0.1 } else { rounded(accuracy, 4) };
            metrics.push(metric("val/accuracy", accuracy, at, step));
        }
        if step % 25 == 0 {
            load = curves::wander(load, 55.0, 99.0, rng);
            let memory = 61.0 + 4.0 * (x / 300.0).tanh();
            let system = [
                ("system/gpu_0_utilization_percentage", load),
                ("system/cpu_utilization_percentage", curves::wander(32.0, 10.0, 70.0, rng)),
                ("system/system_memory_usage_percentage", memory),
            ];
            for (key, value) in system {
                metrics.push(metric(key, rounded(value, 1), at, step / 25));
            }
        }
        if is_lost && step > 760 {
            break;
        }
    }
    let took = metrics.last().map_or(0, |m| m.timestamp - start_time);
    let status = if fate == Fate::Diverges { RunStatus::Failed } else { RunStatus::Finished };
    let mut files = vec![(
        "config.yaml".into(),
        File::Text(format!(
            "model: resnet9\noptimiser: {optimiser}\nlearning_rate: {rate}\nbatch_size: 256\nsteps: {STEPS}\n"
        )),
    )];
    if fate != Fate::Diverges {
        files.push(("confusion.png".into(), File::Picture(pictures::confusion(10, fit, rng))));
    }
    let mut tags = common_tags("train.py", "vision", rng);
    if fate == Fate::Diverges {
        tags.push(tag(tags::NOTE, "Diverged: the loss is NaN from step 701 on."));
    }
    Run {
        name: format!("{optimiser}-{rate:e}"),
        start_time,
        end: (fate != Fate::GoesOn).then_some((start_time + took, status)),
        params: vec![
            param("optimiser", optimiser),
            param("learning_rate", rate),
            param("batch_size", 256),
            param("model", "resnet9"),
            param("augment", rng.bool()),
        ],
        tags,
        metrics,
        datasets: vec![
            dataset("cifar-10", "a1f0c3d2", "train", 50_000, &["image", "label"]),
            dataset("cifar-10", "b7e92a10", "validation", 10_000, &["image", "label"]),
        ],
        files,
        ..Run::default()
    }
}

const FEATURES: [&str; 10] = [
    "age",
    "sex",
    "bmi",
    "blood_pressure",
    "cholesterol",
    "ldl",
    "hdl",
    "cholesterol_per_hdl",
    "log_triglycerides",
    "glucose",
];

fn tabular(rng: &mut Rng, now: i64, model: &str, baseline: &str) -> Vec<Run> {
    const ROUNDS: i64 = 60;
    let kinds = ["gradient-boosting", "random-forest", "ridge", "extra-trees"];
    (0..24i64)
        .zip(kinds.into_iter().cycle())
        .zip([0.03, 0.1, 0.3].into_iter().cycle())
        .map(|((i, kind), rate)| {
            let start_time = now - 30 * DAY + i * DAY + 7 * HOUR / 6;
            let depth = 2 + (i * 7 + 3) % 6;
            let loss = Loss {
                start: 78.0,
                end: 52.0 + 6.0 * rng.f64(),
                pace: 8.0 + depth as f64,
                noise: 0.01,
                spikes: 0.0,
            };
            let mut metrics = Vec::new();
            for round in 0..ROUNDS {
                let x = round as f64;
                let at = start_time + round * 50;
                metrics.push(metric("train/rmse", loss.at(x * 1.4, rng), at, round));
                let over = 0.02 * depth as f64 * (x - 30.0).max(0.0) / 10.0;
                metrics.push(metric("val/rmse", loss.at(x, rng) * 1.03 + over, at, round));
            }
            let rmse = metrics.last().map_or(60.0, |m| m.value);
            let at = start_time + ROUNDS * 50;
            metrics.push(metric("mae", rounded(rmse * 0.81, 3), at, 0));
            metrics.push(metric("r2", rounded(1.0 - (rmse / 77.0).powi(2), 4), at, 0));
            let mut tags = common_tags("fit.ipynb", "tabular", rng);
            tags.push(tag("fold", i % 5));
            tags.push(tag(
                tags::LOGGED_ARTIFACTS,
                r#"[{"path": "eval_results.json", "type": "table"}]"#,
            ));
            Run {
                name: format!("{kind}-d{depth}-{i}"),
                start_time,
                end: Some((at + 400, RunStatus::Finished)),
                params: vec![
                    param("model", kind),
                    param("max_depth", depth),
                    param("learning_rate", rate),
                    param("n_estimators", 100 + 50 * (i % 4)),
                    param("features", FEATURES.join(",")),
                ],
                tags,
                metrics,
                datasets: vec![dataset("diabetes", "5d1c77aa", "train", 353, &FEATURES)],
                files: vec![("eval_results.json".into(), File::Text(table(rng)))],
                version: version(i, model, baseline),
                ..Run::default()
            }
        })
        .collect()
}

/// Which run of the table has its model registered.
fn version(run: i64, model: &str, baseline: &str) -> Option<Version> {
    let (registered, description, stage, alias) = match run {
        2 => (baseline, "Ridge, for comparison.", Some("Archived"), None),
        8 => (model, "Trees of depth 2.", Some("Archived"), None),
        16 => (model, "The one in use.", Some("Production"), Some("champion")),
        20 => {
            (model, "Deeper trees: better on women over 60.", Some("Staging"), Some("challenger"))
        }
        23 => (model, "Trained on all rows; not reviewed.", None, None),
        _ => return None,
    };
    Some(Version { registered: registered.into(), description, stage, alias })
}

/// A logged table: predictions beside truths.
fn table(rng: &mut Rng) -> String {
    let rows: Vec<_> = (0..40)
        .map(|i| {
            let truth = rounded(60.0 + 200.0 * rng.f64(), 0);
            let guess = rounded(truth + 40.0 * curves::normal(rng), 1);
            json!([i, truth, guess, rounded(guess - truth, 1)])
        })
        .collect();
    json!({ "columns": ["row", "progression", "prediction", "error"], "data": rows }).to_string()
}

fn language(rng: &mut Rng, now: i64) -> Vec<Run> {
    const EPOCHS: i64 = 12;
    let bases = ["minilm", "distilbert", "xlm-r"];
    let languages = ["en", "de", "fr", "tr"];
    let mut runs = Vec::new();
    for (i, language) in (0i64..).zip(languages) {
        for (j, base) in (0i64..).zip(bases) {
            let start_time = now - 16 * DAY + (3 * i + j) * 7 * HOUR + HOUR / 4;
            let top = 0.80 + 0.04 * j as f64 + 0.03 * rng.f64() - 0.02 * i as f64;
            let mut metrics = Vec::new();
            for epoch in 0..EPOCHS {
                let at = start_time + (epoch + 1) * 9 * 60_000;
                let f1 = curves::accuracy(epoch as f64 + 1.0, 0.5, top, 2.5, rng);
                metrics.push(metric("f1 score", rounded(f1, 4), at, epoch));
                metrics.push(metric("precision", rounded(f1 + 0.01, 4), at, epoch));
                metrics.push(metric("recall", rounded(f1 - 0.01, 4), at, epoch));
                metrics.push(metric("perplexity", 1.0 + 9.0 / (epoch as f64 + 1.0), at, epoch));
            }
            let killed = (i, j) == (3, 2);
            let report = json!({ "language": language, "base": base, "f1": rounded(top, 4),
                "labels": { "negative": 0.81, "neutral": 0.74, "positive": 0.9 } });
            runs.push(Run {
                name: format!("{base}-{language}"),
                start_time,
                end: Some((
                    start_time + (EPOCHS + 1) * 9 * 60_000,
                    if killed { RunStatus::Killed } else { RunStatus::Finished },
                )),
                params: vec![
                    param("base model", base),
                    param("language", language),
                    param("epochs", EPOCHS),
                    param("max_length", 128 << j),
                ],
                tags: common_tags("finetune.py", "language", rng),
                metrics,
                datasets: vec![dataset(
                    &format!("reviews-{language}"),
                    "0f3b77d1",
                    "train",
                    120_000,
                    &["text", "label"],
                )],
                files: vec![
                    ("report.json".into(), File::Text(report.to_string())),
                    ("examples.csv".into(), File::Text(EXAMPLES.into())),
                    (
                        "README.md".into(),
                        File::Text(format!(
                            "# {base}, {language}\n\nMistakes are in `examples.csv`.\n"
                        )),
                    ),
                ],
                ..Run::default()
            });
        }
    }
    runs
}

const EXAMPLES: &str = "\
text,label,prediction
\"Came broken, and nobody answers.\",negative,negative
\"Not bad, not good either.\",neutral,negative
\"My third one. Would buy again!\",positive,positive
\"It does what it says, mostly\",neutral,positive
";

fn generation(rng: &mut Rng, now: i64) -> Vec<Run> {
    const PICTURES: [i64; 5] = [0, 250, 500, 1000, 2000];
    (0i64..)
        .zip(["small", "medium", "large"])
        .map(|(i, size)| {
            let start_time = now - 3 * DAY + i * 5 * HOUR;
            let (mut metrics, mut files) = (Vec::new(), Vec::new());
            let fid = Loss { start: 240.0, end: 18.0, pace: 420.0, noise: 0.05, spikes: 1.0 };
            for step in (0..=2000).step_by(20) {
                let at = start_time + step * 900;
                let x = step as f64;
                metrics.push(metric("fid", rounded(fid.at(x, rng), 2), at, step));
                metrics.push(metric("loss/generator", 0.7 + 0.2 * curves::normal(rng), at, step));
                metrics.push(metric("loss/critic", 1.3 + 0.3 * curves::normal(rng), at, step));
            }
            for step in PICTURES {
                let at = start_time + step * 900;
                let picture = pictures::sample(step as f64 / 2000.0, rng);
                let id = format!("{:032x}", rng.u128(..));
                let id = format!(
                    "{}-{}-{}-{}-{}",
                    &id[..8],
                    &id[8..12],
                    &id[12..16],
                    &id[16..20],
                    &id[20..]
                );
                // As `mlflow.log_image(image, key=…, step=…)` names them.
                let name = format!("images/samples%step%{step}%timestamp%{at}%{id}.png");
                files.push((name, File::Picture(picture)));
            }
            let mut tags = common_tags("generate.py", "generation", rng);
            tags.push(tag("mlflow.loggedImages", "true"));
            Run {
                name: format!("diffusion-{size}"),
                start_time,
                end: Some((start_time + 2000 * 900, RunStatus::Finished)),
                params: vec![param("width", 64 << i), param("steps", 2000), param("seed", i)],
                tags,
                metrics,
                files,
                ..Run::default()
            }
        })
        .collect()
}

fn common_tags(source: &str, team: &str, rng: &mut Rng) -> Vec<Tag> {
    let users = ["ada", "emmy", "grace", "sofia"];
    let user = users.get(rng.usize(..users.len())).copied().unwrap_or("ada");
    let commit = format!("{:032x}{:08x}", rng.u128(..), rng.u32(..));
    let kind = if source.ends_with(".ipynb") { "NOTEBOOK" } else { "LOCAL" };
    vec![
        tag(tags::USER, user),
        tag(tags::SOURCE_NAME, source),
        tag(tags::SOURCE_TYPE, kind),
        tag(tags::SOURCE_GIT_COMMIT, commit),
        tag(tags::SOURCE_GIT_BRANCH, if rng.bool() { "main" } else { "try" }),
        tag(tags::SOURCE_GIT_REPO_URL, format!("https://git.example/{team}.git")),
    ]
}

fn dataset(name: &str, digest: &str, context: &str, rows: i64, columns: &[&str]) -> DatasetInput {
    let column = |name: &&str| json!({ "type": "double", "name": name, "required": true });
    let columns: Vec<_> = columns.iter().map(column).collect();
    DatasetInput {
        tags: vec![tag("mlflow.data.context", context)],
        dataset: Dataset {
            name: name.into(),
            digest: digest.into(),
            source_type: Some("http".into()),
            source: Some(
                json!({ "url": format!("https://data.example/{name}.parquet") }).to_string(),
            ),
            schema: Some(json!({ "mlflow_colspec": columns }).to_string()),
            profile: Some(json!({ "num_rows": rows }).to_string()),
        },
    }
}

/// The last value of a metric in a plan.
fn last(run: &Run, key: &str) -> Option<f64> {
    run.metrics.iter().rev().find(|metric| metric.key == key).map(|metric| metric.value)
}

fn metric(key: &str, value: f64, timestamp: i64, step: i64) -> Metric {
    Metric { key: key.into(), value, timestamp, step, ..Metric::default() }
}

fn param(key: &str, value: impl ToString) -> Param {
    Param { key: key.into(), value: value.to_string() }
}

fn tag(key: &str, value: impl ToString) -> Tag {
    Tag { key: key.into(), value: value.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world(seed: u64) -> World {
        World::new(seed, 1_800_000_000_000, "demo/", Vec::new())
    }

    #[test]
    fn the_same_seed_is_the_same_world() {
        let values = |world: &World| -> Vec<(String, u64)> {
            let metrics = world.runs().flat_map(|run| run.metrics.clone());
            metrics.map(|metric| (metric.key, metric.value.to_bits())).collect()
        };
        assert_eq!(values(&world(7)), values(&world(7)));
        assert_ne!(values(&world(7)), values(&world(8)));
    }

    #[test]
    fn there_is_something_of_everything() {
        let world = world(7);
        let runs: Vec<&Run> = world.runs().collect();
        assert!(runs.iter().any(|run| run.metrics.iter().any(|metric| metric.value.is_nan())));
        assert!(runs.iter().any(|run| run.end.is_none()));
        assert!(runs.iter().any(|run| !run.children.is_empty()));
        let statuses = [RunStatus::Failed, RunStatus::Killed, RunStatus::Finished];
        for status in statuses {
            assert!(runs.iter().any(|run| run.end.is_some_and(|(_, is)| is == status)));
        }
        assert_eq!(runs.iter().filter(|run| run.version.is_some()).count(), 5);
        // Nothing is later than the world's end, or ends before it starts.
        assert!(runs.iter().all(|run| run.end.is_none_or(|(end, _)| end >= run.start_time)));
        let latest = runs.iter().flat_map(|run| &run.metrics).map(|metric| metric.timestamp).max();
        assert!(latest <= Some(1_800_000_000_000), "{latest:?}");
    }
}
