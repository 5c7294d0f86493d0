//! The rules of dive, in its own file and words.
//!
//! dive reads `.dive-ci` in the working directory: three rules below `rules`, as text. What the
//! file does not name has a default (runtime/ci in dive's source). Releases from 0.13 on look for
//! other names at the top; both are read.

mod count;
mod yaml;

use super::{Bound, Limit, Measure, Quantity, QuantityError};
use crate::display::{escaped_str, with_decimal_point};
use crate::toml_file::{Problem, unknown};

pub use count::DiveCount;
use yaml::{Entry, Value};

/// A rule of dive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiveRule {
    /// The efficiency must not be lower.
    LowestEfficiency,
    /// The wasted bytes must not be more.
    HighestWastedBytes,
    /// The wasted bytes must not be a larger part of the layers above the first one.
    HighestUserWastedPercent,
}

impl DiveRule {
    /// All rules.
    pub const ALL: [Self; 3] =
        [Self::LowestEfficiency, Self::HighestWastedBytes, Self::HighestUserWastedPercent];

    /// Returns the name in `.dive-ci` and in dive's options.
    pub fn name(self) -> &'static str {
        match self {
            Self::LowestEfficiency => "lowestEfficiency",
            Self::HighestWastedBytes => "highestWastedBytes",
            Self::HighestUserWastedPercent => "highestUserWastedPercent",
        }
    }

    /// Returns the name that dive's releases from 0.13 on look for in the file.
    fn later_name(self) -> &'static str {
        match self {
            Self::LowestEfficiency => "lowest-efficiency-threshold",
            Self::HighestWastedBytes => "highest-wasted-bytes",
            Self::HighestUserWastedPercent => "highest-user-wasted-percent",
        }
    }

    /// Returns a value as an example.
    fn example(self) -> &'static str {
        match self {
            Self::LowestEfficiency => "0.9",
            Self::HighestWastedBytes => "20MB",
            Self::HighestUserWastedPercent => "0.1",
        }
    }

    /// Returns what the rule limits.
    pub fn measure(self) -> Measure {
        match self {
            Self::LowestEfficiency => Measure::Efficiency,
            Self::HighestWastedBytes => Measure::Wasted,
            Self::HighestUserWastedPercent => Measure::UserWastedShare,
        }
    }

    /// Warns of a size that means something else than what is written: dive leaves commas out.
    pub fn remark(self, text: &str) -> Option<String> {
        let meant = with_decimal_point(text).filter(|_| self == Self::HighestWastedBytes)?;
        let (read, meant) = (text.trim().replace(',', ""), escaped_str(&meant));
        Some(format!("dive reads this as {}; write {meant}", escaped_str(&read)))
    }

    /// Returns the rule with this name. dive does not distinguish capital letters.
    fn named(name: &str) -> Option<Self> {
        let is = |known: &str| known.eq_ignore_ascii_case(name);
        Self::ALL.into_iter().find(|rule| is(rule.name()) || is(rule.later_name()))
    }
}

/// A rule whose text is no limit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {why}", rule.name())]
pub struct DiveError {
    /// The rule.
    pub rule: DiveRule,
    /// The reason.
    pub why: QuantityError,
}

/// The three rules of dive as texts, as in its file and its options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiveRules([String; 3]);

impl Default for DiveRules {
    /// Returns dive's defaults.
    fn default() -> Self {
        Self(["0.9".into(), "disabled".into(), "0.1".into()])
    }
}

impl DiveRules {
    /// Reads the text of a `.dive-ci`; the second value has a warning for each key that dive does
    /// not know.
    ///
    /// # Errors
    ///
    /// [`Problem`] names the line, if the text is no YAML, or has something else where the rules or
    /// the value of one should be: dive would check its defaults instead of what is meant.
    pub fn read(text: &str) -> Result<(Self, Vec<Problem>), Problem> {
        const RULES: &str = "write each rule below `rules:`, such as highestWastedBytes: 20MB";
        let mut rules = Self::default();
        let mut warnings = Vec::new();
        let mut given = [false; 3];
        let document = yaml::read(text)?;
        for Entry { path, value, line } in document.entries {
            // dive takes `rules.lowestEfficiency` for `lowestEfficiency` below `rules`, too.
            let joined = path.join(".");
            let names: Vec<&str> = joined.split('.').collect();
            let problem = |what: String| Problem::on(line, &joined, what);
            let below = names.strip_prefix(&["rules"]).unwrap_or(&names);
            let rule = below.first().and_then(|name| DiveRule::named(name));
            match (rule, below, &value) {
                (_, [] | [""], Value::Nothing) => {}
                (_, [] | [""], value) => {
                    return Err(problem(format!(
                        "this is {}, not the rules; {RULES}",
                        kind(value)
                    )));
                }
                (Some(rule), [_], Value::Nothing | Value::Text(_)) => {
                    if std::mem::replace(&mut given[rule as usize], true) {
                        let what = "this rule is given twice; the last one counts";
                        warnings.push(problem(what.into()));
                    }
                    if let Value::Text(value) = &value {
                        warnings.extend(rule.remark(value).map(problem));
                        rules.set(rule, value.clone());
                    }
                }
                (Some(rule), [_, inner @ ..], value) => {
                    let kind = if inner.is_empty() { kind(value) } else { "a mapping" };
                    let example = rule.example();
                    let hint = format!("write one value, such as {}: {example}", rule.name());
                    return Err(problem(format!("this is {kind}, not a limit; {hint}")));
                }
                (None, [.., name], _) => {
                    let names = DiveRule::ALL.into_iter().map(DiveRule::name);
                    warnings.push(problem(unknown("rule", name, names).to_string()));
                }
            }
        }
        let second = "a second document begins here; only the first one is read";
        warnings.extend(document.second.map(|line| Problem::on(line, "", second)));
        Ok((rules, warnings))
    }

    /// Sets a rule to a text.
    pub fn set(&mut self, rule: DiveRule, value: String) {
        self.0[rule as usize] = value;
    }

    /// Returns the limits of the rules that are not disabled.
    ///
    /// # Errors
    ///
    /// [`DiveError`] names a rule whose text is no limit.
    pub fn limits(&self) -> Result<Vec<Limit>, DiveError> {
        let limit = |(rule, text): (DiveRule, &String)| {
            let lower = text.trim().to_ascii_lowercase();
            if matches!(lower.as_str(), "" | "disabled" | "off" | "false") {
                return Ok(None);
            }
            let quantity = match rule {
                // dive leaves all commas out.
                DiveRule::HighestWastedBytes => Quantity::any_size(&text.replace(',', "")),
                DiveRule::LowestEfficiency | DiveRule::HighestUserWastedPercent => ratio(text),
            };
            let quantity = quantity.map_err(|why| DiveError { rule, why })?;
            Ok(Some(Limit { measure: rule.measure(), bound: Bound::Quantity(quantity) }))
        };
        DiveRule::ALL.into_iter().zip(&self.0).map(limit).filter_map(Result::transpose).collect()
    }
}

/// Names the kind of a value.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Nothing => "nothing",
        Value::Text(_) => "a text",
        Value::List => "a list",
        Value::Alias => "an alias",
    }
}

/// Reads a ratio as dive does: a number from 0 to 1, and no percentage.
fn ratio(text: &str) -> Result<Quantity, QuantityError> {
    let ratio = text.trim().parse::<f64>().ok().filter(|ratio| (0.0..=1.0).contains(ratio));
    ratio
        .map(Quantity::Share)
        .ok_or_else(|| QuantityError::NoRatio(escaped_str(text.trim()).into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> ([String; 3], Vec<String>) {
        let (rules, warnings) = DiveRules::read(text).unwrap();
        (rules.0, warnings.iter().map(ToString::to_string).collect())
    }

    fn texts(texts: [&str; 3]) -> [String; 3] {
        texts.map(Into::into)
    }

    #[test]
    fn what_the_file_does_not_name_has_the_default() {
        for text in
            ["", "# nothing\n", "rules:\n", "---\nrules: {}\n", "rules:\n  lowestEfficiency:\n"]
        {
            assert_eq!(read(text), (texts(["0.9", "disabled", "0.1"]), vec![]), "{text:?}");
        }
        let text = "rules:\n  # a comment\n  lowestEfficiency: 0.95\n  highestWastedBytes: 20MB # decimal\n";
        assert_eq!(read(text).0, texts(["0.95", "20MB", "0.1"]));
    }

    #[test]
    fn every_spelling_of_yaml_is_read() {
        for text in [
            "rules:\n  lowestEfficiency: '0.950'\n  highestWastedBytes: \"disabled\"\n  highestUserWastedPercent: off\n",
            "{rules: {lowestEfficiency: '0.950', highestWastedBytes: disabled, highestUserWastedPercent: off}}",
            "rules:\r\n    lowestefficiency: '0.950'\r\n    highestUserWastedPercent: off\r\n",
            "lowest-efficiency-threshold: '0.950'\nhighest-user-wasted-percent: off\n",
        ] {
            assert_eq!(read(text), (texts(["0.950", "disabled", "off"]), vec![]), "{text:?}");
        }
        assert!(DiveRules::read("rules: [").unwrap_err().to_string().starts_with("line "));
        assert_eq!(read("rules.lowestEfficiency: 0.5\n").0, texts(["0.5", "disabled", "0.1"]));
        let anchors = "rules:\n  lowestEfficiency: &it 0.8\n  highestUserWastedPercent: *it\n";
        assert_eq!(read(anchors).0, texts(["0.8", "disabled", "0.8"]));
    }

    #[test]
    fn what_is_no_mapping_of_rules_is_an_error_with_its_line_instead_of_the_defaults() {
        for (text, start) in [
            (
                "rules:\n  - lowestEfficiency: 0.95\n",
                "line 1: rules: this is a list, not the rules; ",
            ),
            ("rules: [lowestEfficiency]\n", "line 1: rules: this is a list"),
            ("# mine\nrules: lowestEfficiency=0.95\n", "line 2: rules: this is a text"),
            ("- rules:\n    lowestEfficiency: 0.95\n", "line 1: this is a list"),
            ("lowestEfficiency=0.95\n", "line 1: this is a text"),
            ("base: &b {lowestEfficiency: 1}\nrules: *b\n", "line 2: rules: this is an alias"),
            (
                "rules:\n  lowestEfficiency:\n    min: 0.95\n",
                "line 3: rules.lowestEfficiency.min: this is a mapping, not a limit; write one value, such \
                 as lowestEfficiency: 0.9",
            ),
            (
                "rules:\n  highestWastedBytes: [20MB]\n",
                "line 2: rules.highestWastedBytes: this is a list, not a limit",
            ),
            ("rules:\n\tlowestEfficiency: 0.95\n", "line "),
            ("rules:\n  lowestEfficiency: 0.95\n highestWastedBytes: 1\n", "line "),
        ] {
            let problem = DiveRules::read(text).unwrap_err().to_string();
            assert!(problem.starts_with(start), "{text:?}: {problem}");
        }
        let (rules, warnings) =
            read("rules: {lowestEfficiency: 0.5}\n---\nrules: {lowestEfficiency: 0.6}\n");
        assert_eq!(rules[0], "0.5");
        assert_eq!(warnings, ["line 2: a second document begins here; only the first one is read"]);
    }

    #[test]
    fn what_dive_does_not_know_is_a_warning_with_its_line() {
        let text = "rules:\n  lowestEfficency: 0.5\n  lowestEfficiency: 0.7\nother:\n  deep:\n    a: 1\nlist:\n  - x\n";
        let (rules, warnings) = read(text);
        assert_eq!(rules[0], "0.7");
        assert_eq!(
            warnings[0],
            "line 2: rules.lowestEfficency: no such rule; did you mean lowestEfficiency?"
        );
        assert!(
            warnings[1].starts_with("line 6: other.deep.a: ")
                && warnings[2].starts_with("line 7: list: ")
        );
        assert_eq!(warnings.len(), 3, "{warnings:?}");
    }

    #[test]
    fn disabled_rules_are_no_limits_and_nonsense_names_the_rule() {
        let limits = |texts: [&str; 3]| DiveRules(texts.map(Into::into)).limits();
        assert_eq!(limits(["disabled", "Off", " false "]), Ok(vec![]));
        let written = |limits: Vec<Limit>| {
            limits.iter().map(|limit| limit.bound.written()).collect::<Vec<_>>()
        };
        assert_eq!(limits(["0.9", "20MB", "0.2"]).map(written).unwrap(), ["90 %", "20 MB", "20 %"]);
        assert_eq!(limits(["0.9", "20MiB", ""]).map(written).unwrap(), ["90 %", "20 MiB"]);
        assert!(limits(["90%", "", ""]).unwrap_err().to_string().starts_with("lowestEfficiency: "));
        assert!(
            limits(["", "lots", ""]).unwrap_err().to_string().starts_with("highestWastedBytes: ")
        );
        assert!(
            limits(["", "", "1.2"])
                .unwrap_err()
                .to_string()
                .starts_with("highestUserWastedPercent: ")
        );
    }
}
