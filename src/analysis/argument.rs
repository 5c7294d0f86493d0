//! The image as an argument of a command that can be copied.

use super::Inspection;
use crate::display::{Escaped, escaped_str, shown};
use crate::image::PIPE;
use crate::origin::Provider;
use crate::shell::quoted;

impl Inspection {
    /// Returns the image as an argument of layerscope's own commands, as the user named it: quoted
    /// for a shell, with the options that select it among others.
    pub fn argument(&self) -> Escaped {
        let image = match self.source.as_str() {
            PIPE => "-".into(),
            _ if self.is_built_in() => return "IMAGE".into(),
            // Docker is asked first, so that the plain name finds it.
            _ if self.provider == Some(Provider::Docker) => escaped_str(&quoted(self.plain_name())),
            source => escaped_str(&quoted(source)),
        };
        let options = self.selector.iter().map(|word| escaped_str(&quoted(word.raw())));
        Escaped::join(std::iter::once(image).chain(options), " ")
    }

    /// Returns a command of the container runtime that has the image, such as `history --no-trunc`.
    /// Any other image is not loaded or pulled for it, which could take a tag from an image of the
    /// user: our own screen shows the same line, masked.
    pub fn runtime_command(&self, command: &str) -> Escaped {
        let command = escaped_str(command);
        let plain = escaped_str(&quoted(self.plain_name()));
        match self.provider {
            Some(Provider::Docker) => shown!("docker {} {}", command, plain),
            Some(Provider::Podman) => shown!("podman {} {}", command, plain),
            Some(Provider::Containerd) => shown!("nerdctl {} {}", command, plain),
            Some(Provider::Registry) | None => shown!("layerscope {}", self.argument()),
        }
    }

    /// Returns whether it is an image of the program itself, for which no name stands.
    fn is_built_in(&self) -> bool {
        self.source.starts_with("the built-in ")
    }

    /// Returns the source without the transport of its provider.
    fn plain_name(&self) -> &str {
        let source = self.source.as_str();
        let transport = self.provider.map_or("", Provider::transport);
        source.strip_prefix(transport).unwrap_or(source)
    }
}
