//! Named values of a config: environment variables and labels.

use crate::escape::Untrusted;
use crate::secret::{FoundValues, Masked, is_secret, mask};

/// Values by name, in the order of the config.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Variables(Vec<(String, Option<String>)>);

impl Variables {
    /// Returns the value of a name as it was written; the last one counts, and a name without `=`
    /// has none.
    pub fn raw_value(&self, name: &str) -> Option<&str> {
        self.raw_values().rev().find(|&(other, _)| other == name).map(|(_, value)| value)
    }

    /// Lists the names that have a value, and the values, as they were written.
    pub fn raw_values(&self) -> impl DoubleEndedIterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_deref()?)))
    }

    /// Adds entries that are not there yet.
    pub(super) fn add_new(&mut self, others: Self) {
        for entry in others.0 {
            if !self.0.contains(&entry) {
                self.0.push(entry);
            }
        }
    }

    /// Returns the entries with masked secrets, for showing them.
    pub fn masked(&self) -> Self {
        let entry = |(name, value): &(String, Option<String>)| {
            let value = value.as_ref().map(|value| match is_secret(name, value.as_bytes()) {
                true => Masked::new(value.as_bytes()).to_string(),
                false => mask(value).into_owned(),
            });
            (name.clone(), value)
        };
        Self(self.0.iter().map(entry).collect())
    }

    /// Masks found values in place, in names as well; returns whether there were any.
    pub fn mask_found(&mut self, values: &FoundValues) -> bool {
        let texts = self.0.iter_mut().flat_map(|(name, value)| std::iter::once(name).chain(value));
        texts.fold(false, |has_any, value| values.mask_in(value) | has_any)
    }

    /// Lists all entries as they are written: `NAME=value`.
    pub fn texts(&self) -> impl Iterator<Item = Untrusted> {
        self.0.iter().map(|(name, value)| match value {
            Some(value) => format!("{name}={value}").into(),
            None => name.into(),
        })
    }
}

/// Takes entries as they are written: `NAME=value`.
impl<T: AsRef<str>> FromIterator<T> for Variables {
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        let split = |text: T| match text.as_ref().split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (text.as_ref().to_owned(), None),
        };
        Self(texts.into_iter().map(split).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_of_a_name_counts_and_texts_stay_as_they_were() {
        let written = ["A=1", "B", "A=x=y", "C="];
        let variables: Variables = written.iter().collect();
        assert_eq!(
            (variables.raw_value("A"), variables.raw_value("B"), variables.raw_value("C")),
            (Some("x=y"), None, Some(""))
        );
        assert_eq!(variables.texts().collect::<Vec<_>>(), written);
    }
}
