//! The messages that the comparison gets, and the effects that it asks for.

use std::sync::Arc;

use layerscope::compare::{ComparedSecrets, Pair};
use layerscope::files::packages::Installed;
use layerscope::tree::NodeId;
use layerscope::{Error, Inspection, LayerIndex, Opened};

use crate::tui::message::Message;

/// A message of the threads that read and compare.
pub enum ComparisonMessage {
    /// The image is known, and its layers are about to be read.
    Opened(usize, Box<Opened>),
    /// The progress of reading an image: bytes read, total bytes, layers read.
    Progress(usize, (u64, u64, u64)),
    /// The answer that is waited for before the first byte of an image comes.
    Waiting(usize, Option<String>),
    Read(usize, Result<Arc<Inspection>, Error>),
    /// The secrets of an image, if they were searched for.
    Secrets(usize, ComparedSecrets),
    /// An image with the values of its secrets, before it is shown without them.
    Unmasked(usize, Arc<Inspection>),
    /// The packages of an image.
    Installed(usize, Arc<Installed>),
    /// An image has been compared with the first.
    Compared(usize, Arc<Pair>),
}

/// An effect that the program performs besides drawing.
pub enum Effect {
    Quit,
    Fail(Error),
    /// Copy a text to the terminal's clipboard.
    Copy(String),
    /// Suspend the program and return to the shell.
    Suspend,
    /// Open the explorer on an image, at a place in it.
    Open(usize, Option<Spot>),
    /// Open the explorer on another image, by its name or path.
    OpenNamed(String),
    /// Compare the image with the first.
    Compare(usize),
    /// Handle these messages of the user, which waited for a comparison.
    Resume(Vec<Message>),
}

/// A place in an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    Layer(LayerIndex),
    Path(NodeId),
}
