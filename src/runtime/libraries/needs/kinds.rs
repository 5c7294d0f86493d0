//! The files and services that programs look for.

use crate::display::Escaped;
use crate::tree::NodeId;

/// A kind of file or service that programs look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NeedKind {
    /// Certificates of certificate authorities, for TLS.
    Certificates,
    /// The time zone database.
    TimeZones,
    /// The names of users and groups.
    Users,
    /// The name service, which looks up hosts and users by name.
    NameService,
    /// The port numbers of network services.
    Services,
    /// The settings of locales.
    Locales,
    /// Conversions between character sets.
    CharacterSets,
    /// The media types of file names.
    MediaTypes,
}

/// The evidence that something is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NeedEvidence {
    /// A library is needed.
    Library(NodeId),
    /// A file imports a function from a library.
    Imports {
        /// The function.
        function: &'static str,
        /// The file.
        by: NodeId,
    },
    /// A text occurs among the constants of a file.
    Mentions {
        /// The text.
        text: &'static str,
        /// The file.
        by: NodeId,
    },
    /// A Go program contains a function.
    GoFunction {
        /// The function with its package.
        function: &'static str,
        /// The file.
        by: NodeId,
    },
    /// The image's config names a user or a group, escaped for display.
    User(Escaped),
    /// The image's config sets a variable, escaped for display.
    Variable(Escaped),
}

/// Something that a program looks for, and the places where the image has it.
#[derive(Debug, Clone)]
pub struct RuntimeNeed {
    /// The kind.
    pub kind: NeedKind,
    /// The evidence.
    pub evidence: Vec<NeedEvidence>,
    /// The files and directories of the image, with symbolic links that lead to them; empty if the
    /// image has none.
    pub files: Vec<NodeId>,
    /// Their size in bytes, including the contents of the directories.
    pub bytes: u64,
}
