//! Reads a file of limits: TOML, in which unknown keys are errors, because a limit without effect would go unnoticed.

use toml::de::{DeTable, DeValue};

use super::exception::{Excepted, Exception};
use super::{Bound, Limit, Limits, Measure, Quantity, Selector, days};
use crate::display::seconds;
use crate::toml_file::{Problem, Value, in_order, instead, string, unknown};

/// The tables of the file.
const TABLES: [&str; 4] = ["limits", "budget", "finding", "exception"];
/// The keys of the table `limits`.
const KEYS: [&str; 11] =
    ["size", "download", "wasted", "efficiency", "avoidable", "own", "layers", "layer", "growth", "base-age", "base"];

/// Reads the text of a file of limits.
///
/// # Errors
///
/// [`Problem`] names the line and the key of the first thing that is not understood.
pub fn read(text: &str) -> Result<Limits, Problem> {
    let table = DeTable::parse(text).map_err(|error| Problem::of_syntax(text, &error))?.into_inner();
    let mut limits = Limits::default();
    for (key, value) in in_order(&table) {
        let name = key.get_ref().as_ref();
        let problem = |what| Problem::at(text, key.span().start, name, what);
        match (name, value.get_ref()) {
            ("limits", DeValue::Table(table)) => read_limits(text, table, &mut limits)?,
            ("limits", other) => return Err(problem(instead("a table", other))),
            ("budget" | "finding" | "exception", DeValue::Array(entries)) => {
                for entry in entries {
                    read_entry(text, name, entry, &mut limits)?;
                }
            }
            ("budget" | "finding" | "exception", _) => {
                return Err(problem(format!("write it as [[{name}]], once for each")));
            }
            _ => return Err(problem(unknown("table", name, TABLES.into_iter()))),
        }
    }
    Ok(limits)
}

fn read_limits(text: &str, table: &DeTable<'_>, limits: &mut Limits) -> Result<(), Problem> {
    for (key, value) in in_order(table) {
        let name = key.get_ref().as_ref();
        let problem = |what| Problem::at(text, key.span().start, &format!("limits.{name}"), what);
        limits.limits.extend(bounds(name, value.get_ref()).map_err(problem)?);
    }
    Ok(())
}

/// Reads the limits of a key; a list has several.
fn bounds(name: &str, value: &DeValue<'_>) -> Result<Vec<Limit>, String> {
    let one = |measure, bound| Ok(vec![Limit { measure, bound }]);
    let size = |measure| one(measure, Bound::Quantity(size(value)?));
    match name {
        "size" => size(Measure::Size),
        "download" => size(Measure::Download),
        "avoidable" => size(Measure::Avoidable),
        "own" => size(Measure::Own),
        "layer" => size(Measure::LargestLayer),
        "wasted" | "growth" => match value {
            DeValue::Array(values) => values.iter().map(|value| quantity(name, value.get_ref())).collect(),
            value => Ok(vec![quantity(name, value)?]),
        },
        "efficiency" => {
            let text = number(value).map_or_else(|| string(value).map(str::to_owned), Ok)?;
            one(Measure::Efficiency, Bound::Quantity(Quantity::ratio(&text).map_err(|error| error.to_string())?))
        }
        "layers" => {
            let count = number(value).and_then(|number| number.parse().ok());
            one(Measure::Layers, Bound::Count(count.ok_or_else(|| instead("a number of layers", value))?))
        }
        "base-age" => {
            let text = number(value).map_or_else(|| string(value).map(str::to_owned), Ok)?;
            one(Measure::BaseAge, Bound::Days(days(&text).map_err(|error| error.to_string())?))
        }
        "base" => {
            let names = match value {
                DeValue::Array(names) => {
                    let names = names.iter().map(|name| string(name.get_ref()).map(str::to_owned));
                    names.collect::<Result<Vec<_>, _>>()?
                }
                value => vec![string(value)?.to_owned()],
            };
            names.iter().try_for_each(|name| glob(name))?;
            one(Measure::BaseName, Bound::Names(names))
        }
        _ => Err(unknown("limit", name, KEYS.into_iter())),
    }
}

/// Makes a limit of bytes or of a share.
fn quantity(name: &str, value: &DeValue<'_>) -> Result<Limit, String> {
    let quantity = match number(value) {
        Some(number) => Quantity::size(&number),
        None => Quantity::parse(string(value)?),
    };
    let quantity = quantity.map_err(|error| error.to_string())?;
    let measure = match (name, &quantity) {
        ("wasted", Quantity::Bytes(..)) => Measure::Wasted,
        ("wasted", Quantity::Share(_)) => Measure::WastedShare,
        (_, Quantity::Bytes(..)) => Measure::Growth,
        (_, Quantity::Share(_)) => Measure::GrowthShare,
    };
    Ok(Limit { measure, bound: Bound::Quantity(quantity) })
}

fn size(value: &DeValue<'_>) -> Result<Quantity, String> {
    let text = number(value).map_or_else(|| string(value).map(str::to_owned), Ok)?;
    Quantity::size(&text).map_err(|error| error.to_string())
}

/// Returns the digits of a number.
fn number(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::Integer(integer) => Some(integer.to_string()),
        DeValue::Float(float) => Some(float.to_string()),
        _ => None,
    }
}

fn glob(pattern: &str) -> Result<(), String> {
    globset::Glob::new(pattern).map(|_| ()).map_err(|error| error.to_string())
}

/// Reads an entry of `[[budget]]`, `[[finding]]` or `[[exception]]`.
fn read_entry(text: &str, kind: &str, entry: &Value<'_>, limits: &mut Limits) -> Result<(), Problem> {
    let whole = |what: String| Problem::at(text, entry.span().start, kind, what);
    let DeValue::Table(table) = entry.get_ref() else { return Err(whole(instead("a table", entry.get_ref()))) };
    let known: &[&str] = match kind {
        "budget" => &["path", "max"],
        "finding" => &["rule", "level", "max"],
        _ => &["path", "rule", "reason", "until"],
    };
    let mut fields = Fields { text, kind, table };
    fields.check(known)?;
    match kind {
        "budget" => {
            let path = fields.path()?.ok_or_else(|| whole("path is missing".into()))?;
            let bound = Bound::Quantity(fields.max()?.ok_or_else(|| whole("max is missing".into()))?);
            limits.limits.push(Limit { measure: Measure::Budget(path), bound });
        }
        "finding" => {
            let selector = match (fields.text("rule")?, fields.text("level")?) {
                (Some(rule), None) => Selector::Rule(rule),
                (None, Some(level)) => match Selector::parse(&level) {
                    level @ Selector::Level(_) => level,
                    Selector::Rule(_) => return Err(whole(format!("{level:?} is no level of findings"))),
                },
                _ => return Err(whole("write either rule or level".into())),
            };
            let none = || Quantity::Bytes(0, "0 B".into());
            let bound = Bound::Quantity(fields.max()?.unwrap_or_else(none));
            limits.limits.push(Limit { measure: Measure::Finding(selector), bound });
        }
        _ => {
            let what = match (fields.path()?, fields.text("rule")?) {
                (Some(path), None) => Excepted::Path(path),
                (None, Some(rule)) => Excepted::Rule(rule),
                _ => return Err(whole("write either path or rule".into())),
            };
            let reason = fields.text("reason")?.filter(|reason| !reason.trim().is_empty());
            let reason = reason.ok_or_else(|| whole("reason is missing".into()))?;
            let until = fields.date("until")?.ok_or_else(|| whole("until is missing: write the last day".into()))?;
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
        match in_order(self.table).into_iter().find(|(key, _)| !known.contains(&key.get_ref().as_ref())) {
            Some((key, _)) => {
                let name = key.get_ref().as_ref();
                let what = unknown("key", name, known.iter().copied());
                Err(Problem::at(self.text, key.span().start, &format!("{}.{name}", self.kind), what))
            }
            None => Ok(()),
        }
    }

    /// Reads a field, if it is there.
    fn field<T>(&self, name: &str, read: impl Fn(&DeValue<'_>) -> Result<T, String>) -> Result<Option<T>, Problem> {
        let found = self.table.iter().find(|(key, _)| key.get_ref() == name);
        let Some((key, value)) = found else { return Ok(None) };
        let problem = |what| Problem::at(self.text, key.span().start, &format!("{}.{name}", self.kind), what);
        read(value.get_ref()).map(Some).map_err(problem)
    }

    fn text(&mut self, name: &str) -> Result<Option<String>, Problem> {
        self.field(name, |value| string(value).map(str::to_owned))
    }

    fn path(&mut self) -> Result<Option<String>, Problem> {
        self.field("path", |value| path(string(value)?))
    }

    fn max(&mut self) -> Result<Option<Quantity>, Problem> {
        self.field("max", size)
    }

    fn date(&mut self, name: &str) -> Result<Option<i64>, Problem> {
        self.field(name, |value| {
            let text = match value {
                DeValue::Datetime(date) => date.to_string(),
                value => string(value)?.to_owned(),
            };
            let day = text.get(..10).and_then(|day| seconds(&format!("{day}T00:00:00Z")));
            day.ok_or_else(|| "a date is expected, such as 2027-01-31".into())
        })
    }
}

/// Checks a path or a glob in an image: it begins with a slash.
///
/// # Errors
///
/// A sentence that says what is wrong with it.
pub fn path(text: &str) -> Result<String, String> {
    if !text.starts_with('/') {
        return Err("a path in the image begins with a slash".into());
    }
    glob(text)?;
    Ok(text.to_owned())
}
