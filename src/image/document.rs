//! The errors of reading a JSON document of an image.

use super::json::JsonError;
use crate::error::Error;

/// The reason why a JSON document of an image cannot be understood.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// The bytes cannot be read.
    #[error(transparent)]
    Read(#[from] Error),
    /// The bytes are not JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// The document is another value, with its article.
    #[error("it is {0} instead of an object")]
    NotAnObject(&'static str),
    /// The document is no object.
    #[error("it is not a JSON object")]
    NoObject,
}
