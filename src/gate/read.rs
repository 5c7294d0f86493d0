//! Reads a file of limits: TOML, in which unknown keys are errors, because a limit without effect
//! would go unnoticed.

use toml::de::{DeTable, DeValue};

use super::exception::{Excepted, Exception};
use super::{Bound, Limit, Limits, Measure, Quantity, QuantityError, Selector, day, days};
use crate::toml_file::{
    Problem, UnknownName, Value, ValueError, in_order, instead, string, unknown,
};

/// The tables of the file.
const TABLES: [&str; 4] = ["limits", "budget", "finding", "exception"];
/// The keys of the table `limits`.
const KEYS: [&str; 13] = [
    "size",
    "download",
    "wasted",
    "efficiency",
    "avoidable",
    "own",
    "layers",
    "layer",
    "growth",
    "base-age",
    "base",
    "secrets",
    "strict",
];

/// The reason why a limit or an exception is refused.
#[derive(Debug, thiserror::Error)]
pub enum LimitError {
    /// The value is of another type, or a name is unknown.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// The text is no quantity.
    #[error(transparent)]
    Quantity(#[from] QuantityError),
    /// The text is no glob.
    #[error(transparent)]
    Glob(#[from] globset::Error),
    /// The path is relative.
    #[error("a path in the image begins with a slash")]
    Relative,
    /// The table has to be a list of tables.
    #[error("write it as [[{0}]], once for each")]
    NoList(String),
    /// A key is missing.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// One of two keys is needed.
    #[error("write either {0} or {1}")]
    Either(&'static str, &'static str),
    /// One of two keys is needed, and both are possible.
    #[error("write {0}, {1} or both")]
    AtLeastOne(&'static str, &'static str),
    /// The number is negative, broken or too large.
    #[error("{0} is not {1}: write a whole number from 0 on")]
    Count(String, &'static str),
    /// The level is unknown.
    #[error("{0:?} is no level of findings")]
    Level(String),
    /// The text has no equals sign.
    #[error("write {0}")]
    NoEquals(&'static str),
}

impl From<UnknownName> for LimitError {
    fn from(name: UnknownName) -> Self {
        Self::Value(name.into())
    }
}

/// Reads the text of a file of limits.
///
/// # Errors
///
/// [`Problem`] names the line and the key of the first thing that is not understood.
pub fn read(text: &str) -> Result<Limits, Problem> {
    let table =
        DeTable::parse(text).map_err(|error| Problem::of_syntax(text, &error))?.into_inner();
    let mut limits = Limits::default();
    for (key, value) in in_order(&table) {
        let name = key.get_ref().as_ref();
        let problem = |what: LimitError| Problem::at(text, key.span().start, name, what);
        match (name, value.get_ref()) {
            ("limits", DeValue::Table(table)) => read_limits(text, table, &mut limits)?,
            ("limits", other) => return Err(problem(instead("a table", other).into())),
            ("budget" | "finding" | "exception", DeValue::Array(entries)) => {
                for entry in entries {
                    read_entry(text, name, entry, &mut limits)?;
                }
            }
            ("budget" | "finding" | "exception", _) => {
                return Err(problem(LimitError::NoList(name.to_owned())));
            }
            _ => return Err(problem(unknown("table", name, TABLES.into_iter()).into())),
        }
    }
    Ok(limits)
}

fn read_limits(text: &str, table: &DeTable<'_>, limits: &mut Limits) -> Result<(), Problem> {
    for (key, value) in in_order(table) {
        let name = key.get_ref().as_ref();
        let problem =
            |what: LimitError| Problem::at(text, key.span().start, &format!("limits.{name}"), what);
        if let ("strict", DeValue::Boolean(is_strict)) = (name, value.get_ref()) {
            limits.is_strict = *is_strict;
            continue;
        }
        limits.limits.extend(bounds(name, value.get_ref()).map_err(problem)?);
    }
    Ok(())
}

/// Reads the limits of a key; a list has several.
fn bounds(name: &str, value: &DeValue<'_>) -> Result<Vec<Limit>, LimitError> {
    let one = |measure, bound| Ok(vec![Limit { measure, bound }]);
    let size = |measure| one(measure, Bound::Quantity(size(value)?));
    match name {
        "size" => size(Measure::Size),
        "download" => size(Measure::Download),
        "avoidable" => size(Measure::Avoidable),
        "own" => size(Measure::Own),
        "layer" => size(Measure::LargestLayer),
        "wasted" | "growth" => match value {
            DeValue::Array(values) => {
                values.iter().map(|value| quantity(name, value.get_ref())).collect()
            }
            value => Ok(vec![quantity(name, value)?]),
        },
        "efficiency" => {
            let text = text_of(value)?;
            one(Measure::Efficiency, Bound::Quantity(Quantity::ratio(&text)?))
        }
        "strict" => Err(instead("true or false", value).into()),
        "layers" => one(Measure::Layers, Bound::Count(count(value, "a number of layers")?)),
        "secrets" => one(Measure::Secrets, Bound::Count(count(value, "a number of secrets")?)),
        "base-age" => {
            let text = text_of(value)?;
            one(Measure::BaseAge, Bound::Days(days(&text)?))
        }
        "base" => {
            let names = match value {
                DeValue::Array(names) => {
                    let names = names.iter().map(|name| string(name.get_ref()).map(str::to_owned));
                    names.collect::<Result<Vec<_>, ValueError>>()?
                }
                value => vec![string(value)?.to_owned()],
            };
            names.iter().try_for_each(|name| glob(name))?;
            one(Measure::BaseName, Bound::Names(names))
        }
        _ => Err(unknown("limit", name, KEYS.into_iter()).into()),
    }
}

/// Makes a limit of bytes or of a share.
fn quantity(name: &str, value: &DeValue<'_>) -> Result<Limit, LimitError> {
    let text = text_of(value)?;
    let quantity = if name == "wasted" { Quantity::part(&text)? } else { Quantity::parse(&text)? };
    let measure = match (name, &quantity) {
        ("wasted", Quantity::Bytes(..)) => Measure::Wasted,
        ("wasted", Quantity::Share(_)) => Measure::WastedShare,
        (_, Quantity::Bytes(..)) => Measure::Growth,
        (_, Quantity::Share(_)) => Measure::GrowthShare,
    };
    Ok(Limit { measure, bound: Bound::Quantity(quantity) })
}

fn size(value: &DeValue<'_>) -> Result<Quantity, LimitError> {
    let text = text_of(value)?;
    Ok(Quantity::size(&text)?)
}

/// Returns the text of a string, or the digits of a number.
fn text_of(value: &DeValue<'_>) -> Result<String, ValueError> {
    number(value).map_or_else(|| string(value).map(str::to_owned), Ok)
}

/// Reads a number of things.
fn count(value: &DeValue<'_>, expected: &'static str) -> Result<u64, LimitError> {
    match number(value) {
        Some(text) => text.parse().map_err(|_| LimitError::Count(text, expected)),
        None => Err(instead(expected, value).into()),
    }
}

/// Returns the digits of a number.
fn number(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::Integer(integer) => Some(integer.to_string()),
        DeValue::Float(float) => Some(float.to_string()),
        _ => None,
    }
}

fn glob(pattern: &str) -> Result<(), LimitError> {
    globset::Glob::new(pattern)?;
    Ok(())
}

/// Reads an entry of `[[budget]]`, `[[finding]]` or `[[exception]]`.
fn read_entry(
    text: &str,
    kind: &str,
    entry: &Value<'_>,
    limits: &mut Limits,
) -> Result<(), Problem> {
    let whole = |what: LimitError| Problem::at(text, entry.span().start, kind, what);
    let DeValue::Table(table) = entry.get_ref() else {
        return Err(whole(instead("a table", entry.get_ref()).into()));
    };
    let known: &[&str] = match kind {
        "budget" => &["path", "max"],
        "finding" => &["rule", "level", "max"],
        _ => &["path", "rule", "reason", "until"],
    };
    let mut fields = Fields { text, kind, table };
    fields.check(known)?;
    match kind {
        "budget" => {
            let path = fields.path()?.ok_or_else(|| whole(LimitError::Missing("path")))?;
            let bound =
                Bound::Quantity(fields.max()?.ok_or_else(|| whole(LimitError::Missing("max")))?);
            limits.limits.push(Limit { measure: Measure::Budget(path), bound });
        }
        "finding" => {
            let selector = match (fields.text("rule")?, fields.text("level")?) {
                (Some(rule), None) => Selector::Rule(rule),
                (None, Some(level)) => match Selector::parse(&level) {
                    level @ Selector::Level(_) => level,
                    Selector::Rule(_) => return Err(whole(LimitError::Level(level))),
                },
                _ => return Err(whole(LimitError::Either("rule", "level"))),
            };
            let none = || Quantity::Bytes(0, "0 B".into());
            let bound = Bound::Quantity(fields.max()?.unwrap_or_else(none));
            limits.limits.push(Limit { measure: Measure::Finding(selector), bound });
        }
        _ => {
            let what = match (fields.path()?, fields.text("rule")?) {
                (path, Some(rule)) => Excepted::Rule { rule, path },
                (Some(path), None) => Excepted::Path(path),
                (None, None) => return Err(whole(LimitError::AtLeastOne("path", "rule"))),
            };
            let reason = fields.text("reason")?.filter(|reason| !reason.trim().is_empty());
            let reason = reason.ok_or_else(|| whole(LimitError::Missing("reason")))?;
            let until = fields.date("until")?.ok_or_else(|| whole(LimitError::Missing("until")))?;
            limits.exceptions.push(Exception { what, reason, until });
        }
    }
    Ok(())
}

/// The fields of an entry.
struct Fields<'a, 't> {
    text: &'a str,
    kind: &'a str,
    table: &'a DeTable<'t>,
}

impl Fields<'_, '_> {
    fn check(&self, known: &[&str]) -> Result<(), Problem> {
        match in_order(self.table)
            .into_iter()
            .find(|(key, _)| !known.contains(&key.get_ref().as_ref()))
        {
            Some((key, _)) => {
                let name = key.get_ref().as_ref();
                let what = unknown("key", name, known.iter().copied());
                Err(Problem::at(
                    self.text,
                    key.span().start,
                    &format!("{}.{name}", self.kind),
                    what,
                ))
            }
            None => Ok(()),
        }
    }

    /// Reads a field, if it is there.
    fn field<T>(
        &self,
        name: &str,
        read: impl Fn(&DeValue<'_>) -> Result<T, LimitError>,
    ) -> Result<Option<T>, Problem> {
        let found = self.table.iter().find(|(key, _)| key.get_ref() == name);
        let Some((key, value)) = found else { return Ok(None) };
        let problem =
            |what| Problem::at(self.text, key.span().start, &format!("{}.{name}", self.kind), what);
        read(value.get_ref()).map(Some).map_err(problem)
    }

    fn text(&mut self, name: &str) -> Result<Option<String>, Problem> {
        self.field(name, |value| Ok(string(value)?.to_owned()))
    }

    fn path(&mut self) -> Result<Option<String>, Problem> {
        self.field("path", |value| path(string(value)?))
    }

    fn max(&mut self) -> Result<Option<Quantity>, Problem> {
        self.field("max", size)
    }

    fn date(&mut self, name: &str) -> Result<Option<i64>, Problem> {
        self.field(name, |value| {
            Ok(match value {
                DeValue::Datetime(date) => {
                    let text = date.to_string();
                    day(text.get(..10).unwrap_or(&text))?
                }
                value => day(string(value)?)?,
            })
        })
    }
}

/// Checks a path or a glob in an image: it begins with a slash.
///
/// # Errors
///
/// [`LimitError`] if it is neither.
pub fn path(text: &str) -> Result<String, LimitError> {
    if !text.starts_with('/') {
        return Err(LimitError::Relative);
    }
    glob(text)?;
    Ok(text.to_owned())
}
