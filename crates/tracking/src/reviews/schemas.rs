//! Label schemas: what reviewers are asked.

use std::collections::HashSet;

use mlflow_api::{
    CreateLabelSchema, DeleteLabelSchema, Empty, ErrorCode, GetLabelSchema, GetLabelSchemaByName,
    LabelInput, LabelSchema, LabelSchemaResponse, LabelSchemaType, ListLabelSchemas,
    ListLabelSchemasResponse, UpdateLabelSchema,
};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::MAX_PAGE;
use crate::auth::Caller;
use crate::call::required;
use crate::page::Page;
use crate::search::{Search, Source};
use crate::sql::Columns;
use crate::{Error, Row, Sql, experiments, python_json};

const COLUMNS: &str = "s.schema_id, s.experiment_id, s.name, s.type, s.instruction,
    s.enable_comment, s.input_type, s.input_config, s.created_by, s.created_time,
    s.last_update_time, s.is_default";

const SOURCE: Source = Source { table: "label_schemas s", attributes: &[], keyed: &[] };

/// Schemas in a page of a list that names no number.
const PAGE: u32 = 100;

/// Characters of a name, of an instruction, and of a word to answer with.
const MAX_NAME: usize = 250;
const MAX_INSTRUCTION: usize = 1000;
const MAX_WORD: usize = 64;
/// Words to choose from.
const MAX_OPTIONS: usize = 10;

/// The question that every experiment has.
const DEFAULT_NAME: &str = "Feedback";
const DEFAULT_INSTRUCTION: &str = "Share any feedback on this trace.";

/// How the kinds of input are called where they are kept.
const PASS_FAIL: &str = "pass_fail";
const CATEGORICAL: &str = "categorical";
const NUMERIC: &str = "numeric";
const TEXT: &str = "text";

pub(crate) fn create(
    sql: &dyn Sql,
    now: i64,
    asked: &CreateLabelSchema,
) -> Result<LabelSchemaResponse, Error> {
    let experiment = required(&asked.experiment_id, "experiment_id")?;
    let name = required(&asked.name, "name")?;
    let schema_type = asked.schema_type.ok_or_else(|| {
        Error::invalid("Label schema `type` must be one of FEEDBACK or EXPECTATION.")
    })?;
    let none = LabelInput::default();
    let input = asked.input.as_ref().unwrap_or(&none);
    let config = kept(input)?;
    check_name(name)?;
    check_instruction(asked.instruction.as_deref())?;
    let experiment = experiments::active(sql, experiment)?.id;
    check_is_new(sql, experiment, name)?;
    let id = new_id();
    sql.query(
        "INSERT INTO label_schemas (schema_id, experiment_id, name, type, instruction,
             enable_comment, input_type, input_config, created_time, last_update_time)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)",
        &[
            id.as_str().into(),
            experiment.into(),
            name.into(),
            schema_type.as_str().to_ascii_lowercase().into(),
            asked.instruction.as_deref().into(),
            i64::from(asked.enable_comment.unwrap_or_default()).into(),
            kind(input).into(),
            config.into(),
            now.into(),
        ],
    )?;
    Ok(LabelSchemaResponse { label_schema: find(sql, &id)? })
}

pub(crate) fn get(sql: &dyn Sql, asked: &GetLabelSchema) -> Result<LabelSchemaResponse, Error> {
    Ok(LabelSchemaResponse { label_schema: find(sql, required(&asked.schema_id, "schema_id")?)? })
}

pub(crate) fn get_by_name(
    sql: &dyn Sql,
    asked: &GetLabelSchemaByName,
) -> Result<LabelSchemaResponse, Error> {
    let experiment = required(&asked.experiment_id, "experiment_id")?;
    let name = required(&asked.name, "name")?;
    let experiment = experiments::active(sql, experiment)?.id;
    let rows = sql.query(
        &format!(
            "SELECT {COLUMNS} FROM label_schemas s WHERE s.experiment_id = ?1 AND s.name = ?2"
        ),
        &[experiment.into(), name.into()],
    )?;
    let label_schema = rows.into_iter().next().map(schema).ok_or_else(|| {
        Error::unknown(format!(
            "Label schema with name '{name}' not found for experiment '{experiment}'."
        ))
    })?;
    Ok(LabelSchemaResponse { label_schema })
}

/// A page of the experiment's schemas; makes the one that every experiment has,
/// where it is missing, unless for a stranger, who changes nothing.
pub(crate) fn list(
    sql: &dyn Sql,
    now: i64,
    caller: Option<&Caller>,
    asked: &ListLabelSchemas,
) -> Result<ListLabelSchemasResponse, Error> {
    let experiment = required(&asked.experiment_id, "experiment_id")?;
    let size = asked.max_results.unwrap_or(PAGE);
    let page = Page::of_search(asked.page_token.as_deref(), size, MAX_PAGE)?;
    let experiment = experiments::active(sql, experiment)?.id;
    if !caller.is_some_and(Caller::is_anonymous) {
        make_default(sql, now, experiment)?;
    }
    let mut search = Search::of(&SOURCE);
    let id = search.bind(experiment);
    search.also(format!("s.experiment_id = {id}"));
    search.then("s.created_time DESC");
    search.then("s.schema_id");
    let (rows, next_page_token) = search.page(sql, "s.schema_id", COLUMNS, page)?;
    Ok(ListLabelSchemasResponse {
        label_schemas: rows.into_iter().map(schema).collect(),
        next_page_token: next_page_token.unwrap_or_default(),
    })
}

fn make_default(sql: &dyn Sql, now: i64, experiment: i64) -> Result<(), Error> {
    let default = LabelInput { text: Some(Default::default()), ..LabelInput::default() };
    let config = kept(&default)?;
    sql.query(
        "INSERT OR IGNORE INTO label_schemas (schema_id, experiment_id, name, type, instruction,
             enable_comment, input_type, input_config, created_time, last_update_time, is_default)
         SELECT ?1, ?2, ?3, 'feedback', ?4, 0, ?5, ?6, ?7, ?7, 1 WHERE NOT EXISTS
             (SELECT 1 FROM label_schemas WHERE experiment_id = ?2 AND is_default)",
        &[
            new_id().into(),
            experiment.into(),
            DEFAULT_NAME.into(),
            DEFAULT_INSTRUCTION.into(),
            kind(&default).into(),
            config.into(),
            now.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn update(
    sql: &dyn Sql,
    now: i64,
    asked: &UpdateLabelSchema,
) -> Result<LabelSchemaResponse, Error> {
    let id = required(&asked.schema_id, "schema_id")?;
    let known = find(sql, id)?;
    if known.is_default {
        return Err(Error::invalid("The experiment's default question cannot be edited."));
    }
    if let Some(name) = &asked.name {
        check_name(name)?;
    }
    check_instruction(asked.instruction.as_deref())?;
    let config = asked.input.as_ref().map(kept).transpose()?;
    if let Some(new) = &asked.input {
        check_same_kind(&known.input, new)?;
    }
    let name = asked.name.as_deref().filter(|name| *name != known.name);
    if let Some(name) = name {
        check_is_new(sql, experiments::parse_id(&known.experiment_id)?, name)?;
    }
    sql.query(
        "UPDATE label_schemas SET name = coalesce(?2, name),
             instruction = coalesce(?3, instruction),
             enable_comment = coalesce(?4, enable_comment),
             input_config = coalesce(?5, input_config), last_update_time = ?6
         WHERE schema_id = ?1",
        &[
            id.into(),
            name.into(),
            asked.instruction.as_deref().into(),
            asked.enable_comment.map(i64::from).into(),
            config.into(),
            now.into(),
        ],
    )?;
    Ok(LabelSchemaResponse { label_schema: find(sql, id)? })
}

/// Deletes a schema. Assessments that answer it stay.
pub(crate) fn delete(sql: &dyn Sql, asked: &DeleteLabelSchema) -> Result<Empty, Error> {
    let id = required(&asked.schema_id, "schema_id")?;
    let rows =
        sql.query("SELECT is_default FROM label_schemas WHERE schema_id = ?1", &[id.into()])?;
    if rows.into_iter().any(|row| Columns::of(row).integer() != 0) {
        return Err(Error::invalid("The experiment's default question cannot be deleted."));
    }
    sql.query("DELETE FROM label_schemas WHERE schema_id = ?1", &[id.into()])?;
    Ok(Empty {})
}

/// Refuses ids of which one is no schema's of the experiment.
pub(super) fn check_are_there(sql: &dyn Sql, experiment: i64, ids: &[String]) -> Result<(), Error> {
    let rows = sql.query(
        "SELECT j.value FROM json_each(?1) j WHERE NOT EXISTS
             (SELECT 1 FROM label_schemas WHERE schema_id = j.value AND experiment_id = ?2)",
        &[serde_json::json!(ids).to_string().into(), experiment.into()],
    )?;
    let missing: Vec<String> = rows.into_iter().map(|row| Columns::of(row).text()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "Label schema id(s) {missing:?} not found for experiment '{experiment}'."
    )))
}

fn new_id() -> String {
    format!("ls-{}", Uuid::new_v4().simple())
}

fn find(sql: &dyn Sql, id: &str) -> Result<LabelSchema, Error> {
    let statement = format!("SELECT {COLUMNS} FROM label_schemas s WHERE s.schema_id = ?1");
    let rows = sql.query(&statement, &[id.into()])?;
    let unknown = || Error::unknown(format!("Label schema with id '{id}' not found."));
    rows.into_iter().next().map(schema).ok_or_else(unknown)
}

fn schema(row: Row) -> LabelSchema {
    let mut columns = Columns::of(row);
    LabelSchema {
        schema_id: columns.text(),
        experiment_id: columns.integer().to_string(),
        name: columns.text(),
        schema_type: LabelSchemaType::from_name(&columns.text()),
        instruction: columns.maybe_text(),
        enable_comment: columns.integer() != 0,
        input: input(&columns.text(), &columns.text()),
        created_by: columns.maybe_text(),
        created_at: columns.integer(),
        last_updated_at: columns.integer(),
        is_default: columns.integer() != 0,
    }
}

/// An input as it is kept.
fn input(kind: &str, config: &str) -> LabelInput {
    fn of<T: DeserializeOwned + Default>(config: &str) -> Option<T> {
        Some(serde_json::from_str(config).unwrap_or_default())
    }
    let mut input = LabelInput::default();
    match kind {
        PASS_FAIL => input.pass_fail = of(config),
        CATEGORICAL => input.categorical = of(config),
        NUMERIC => input.numeric = of(config),
        _ => input.text = of(config),
    }
    input
}

/// How the kind of an input is kept.
fn kind(input: &LabelInput) -> &'static str {
    match input {
        LabelInput { pass_fail: Some(_), .. } => PASS_FAIL,
        LabelInput { categorical: Some(_), .. } => CATEGORICAL,
        LabelInput { numeric: Some(_), .. } => NUMERIC,
        _ => TEXT,
    }
}

/// How all else of an input is kept, as JSON; once it is right.
fn kept(input: &LabelInput) -> Result<String, Error> {
    let LabelInput { pass_fail, categorical, numeric, text } = input;
    match (pass_fail, categorical, numeric, text) {
        (Some(words), None, None, None) => {
            let (positive, negative) = (&words.positive_label, &words.negative_label);
            check_word("InputPassFail.positive_label", positive)?;
            check_word("InputPassFail.negative_label", negative)?;
            if positive == negative {
                return Err(Error::invalid(format!(
                    "`InputPassFail.positive_label` and `negative_label` must be distinct; got '{positive}' for both."
                )));
            }
            Ok(python_json::to_ascii(words))
        }
        (None, Some(choice), None, None) => {
            check_options(&choice.options)?;
            Ok(python_json::to_ascii(choice))
        }
        (None, None, Some(number), None) => {
            if let (Some(min), Some(max)) = (number.min_value, number.max_value)
                && min >= max
            {
                return Err(Error::invalid(format!(
                    "`InputNumeric.min_value` must be strictly less than `max_value`; got min={min}, max={max}."
                )));
            }
            Ok(python_json::to_ascii(number))
        }
        (None, None, None, Some(text)) => match text.max_length {
            Some(max) if max < 1 => Err(Error::invalid(format!(
                "`InputText.max_length` must be at least 1; got {max}."
            ))),
            _ => Ok(python_json::to_ascii(text)),
        },
        _ => Err(Error::invalid(
            "Label schema `input` must have exactly one of `pass_fail`, `categorical`, `numeric`, or `text` set.",
        )),
    }
}

fn check_word(field: &str, word: &str) -> Result<(), Error> {
    super::check_text(field, word, MAX_WORD)
}

fn check_options(options: &[String]) -> Result<(), Error> {
    if options.is_empty() || options.len() > MAX_OPTIONS {
        return Err(Error::invalid(format!(
            "`InputCategorical.options` must have 1 to {MAX_OPTIONS} entries; got {}.",
            options.len()
        )));
    }
    let mut seen = HashSet::new();
    for option in options {
        check_word("InputCategorical.options", option)?;
        if !seen.insert(option) {
            return Err(Error::invalid(format!(
                "`InputCategorical.options` must be deduplicated; '{option}' appears twice."
            )));
        }
    }
    Ok(())
}

/// Refuses another kind of answer than those that were given already.
fn check_same_kind(known: &LabelInput, new: &LabelInput) -> Result<(), Error> {
    let (is, wanted) = (kind(known), kind(new));
    if is != wanted {
        return Err(Error::invalid(format!(
            "A label schema's input type cannot be changed after creation (existing: {is}, got: {wanted})."
        )));
    }
    let several = |input: &LabelInput| input.categorical.as_ref().map(|choice| choice.multi_select);
    if several(known) != several(new) {
        return Err(Error::invalid(
            "`InputCategorical.multi_select` cannot be changed after creation.",
        ));
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), Error> {
    super::check_text("name", name, MAX_NAME)?;
    if name.trim().to_lowercase() == DEFAULT_NAME.to_lowercase() {
        return Err(Error::invalid(format!(
            "`{name}` is reserved for the experiment's default question and cannot be used for another label schema."
        )));
    }
    Ok(())
}

fn check_instruction(instruction: Option<&str>) -> Result<(), Error> {
    match instruction {
        None | Some("") => Ok(()),
        Some(text) => super::check_text("instruction", text, MAX_INSTRUCTION),
    }
}

fn check_is_new(sql: &dyn Sql, experiment: i64, name: &str) -> Result<(), Error> {
    let rows = sql.query(
        "SELECT 1 FROM label_schemas WHERE experiment_id = ?1 AND name = ?2",
        &[experiment.into(), name.into()],
    )?;
    if rows.is_empty() {
        return Ok(());
    }
    Err(Error::new(
        ErrorCode::ResourceAlreadyExists,
        format!("Label schema with name '{name}' already exists for experiment '{experiment}'."),
    ))
}
