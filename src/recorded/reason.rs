//! The reason why files are wasted, by the word of the contract.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::tree::Reason;

#[expect(clippy::ref_option, reason = "serde calls it with a reference to the field")]
pub fn serialize<S: Serializer>(reason: &Option<Reason>, serializer: S) -> Result<S::Ok, S::Error> {
    reason.map(Reason::name).serialize(serializer)
}

/// Reads a word; one that this version does not know gives no reason.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Reason>, D::Error> {
    let name = Option::<String>::deserialize(deserializer)?;
    Ok(name.and_then(|name| Reason::named(&name)))
}
