//! What the address asks the server for.

use mlflow_api::ViewType;

use crate::state::filter::{TagTest, name_contains, tag_clause};
use crate::state::query::Query;

/// A condition on a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TagFilter {
    /// The tag's key.
    pub(super) key: String,
    /// How its value is compared.
    pub(super) test: TagTest,
    /// With what.
    pub(super) value: String,
}

impl TagFilter {
    /// As it is read aloud, and as the address keeps it.
    pub(super) fn words(&self) -> [String; 3] {
        [self.key.clone(), self.test.name().to_owned(), self.value.clone()]
    }
}

/// What the list is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum SortBy {
    /// The name.
    Name,
    /// When it was made.
    Created,
    /// When it was changed last.
    #[default]
    Updated,
}

impl SortBy {
    /// As the server and the address call it.
    pub(super) fn key(self) -> &'static str {
        match self {
            SortBy::Name => "name",
            SortBy::Created => "creation_time",
            SortBy::Updated => "last_update_time",
        }
    }
}

/// What the address asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Question {
    /// The words that are looked for.
    pub(super) words: String,
    /// Conditions on tags.
    pub(super) tags: Vec<TagFilter>,
    /// What the list is sorted by.
    pub(super) sort: SortBy,
    /// Whether the smallest comes first.
    pub(super) ascending: bool,
    /// Whether the deleted ones are shown.
    pub(super) deleted: bool,
    /// The folder that is looked into.
    pub(super) folder: String,
}

impl Question {
    /// Reads it from the address.
    pub(super) fn parse(query: &Query) -> Question {
        let sort = match query.get("orderByKey") {
            Some("name") => SortBy::Name,
            Some("creation_time") => SortBy::Created,
            _ => SortBy::Updated,
        };
        let tags = query.list("tags");
        let tag = |parts: &[String]| match parts {
            [key, test, value] => {
                let test = TagTest::parse(test)?;
                Some(TagFilter { key: key.clone(), test, value: value.clone() })
            }
            _ => None,
        };
        Question {
            words: query.get("searchFilter").unwrap_or_default().to_owned(),
            tags: tags.chunks(3).filter_map(tag).collect(),
            sort,
            ascending: query.get("orderByAsc") == Some("true"),
            deleted: query.get("lifecycleFilter") == Some("Deleted"),
            folder: query.get("folder").unwrap_or_default().trim_matches('/').to_owned(),
        }
    }

    /// The part of it that the server answers.
    pub(super) fn of_the_server(&self) -> Question {
        Question { folder: String::new(), ..self.clone() }
    }

    /// In MLflow's filter grammar.
    pub(super) fn filter(&self) -> Option<String> {
        let tags = self.tags.iter().filter_map(|tag| tag_clause(&tag.key, tag.test, &tag.value));
        let clauses: Vec<String> = name_contains(&self.words).into_iter().chain(tags).collect();
        (!clauses.is_empty()).then(|| clauses.join(" AND "))
    }

    /// As the server takes an order.
    pub(super) fn order_by(&self) -> String {
        format!("{} {}", self.sort.key(), if self.ascending { "ASC" } else { "DESC" })
    }

    /// Whether the server looks at the deleted ones.
    pub(super) fn view_type(&self) -> ViewType {
        if self.deleted { ViewType::DeletedOnly } else { ViewType::ActiveOnly }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_becomes_a_search() {
        let mut query = Query::parse(
            "searchFilter=iris&orderByKey=name&orderByAsc=true&lifecycleFilter=Deleted&folder=/a/b/",
        );
        let tags = ["team", "is", "x", "a", "contains", "b", "odd", "~", ""].map(str::to_owned);
        query.set_list("tags", &tags);
        let question = Question::parse(&query);
        assert_eq!(
            question.filter().as_deref(),
            Some("name ILIKE '%iris%' AND tags.`team` = 'x' AND tags.`a` ILIKE '%b%'")
        );
        assert_eq!(question.order_by(), "name ASC");
        assert_eq!(question.view_type(), ViewType::DeletedOnly);
        assert_eq!(question.folder, "a/b");
        assert_eq!(question.tags.len(), 2);
    }

    #[test]
    fn nothing_asked_is_all_of_them() {
        let question = Question::parse(&Query::default());
        assert_eq!(question.filter(), None);
        assert_eq!(question.order_by(), "last_update_time DESC");
        assert_eq!(question, Question::default());
    }
}
