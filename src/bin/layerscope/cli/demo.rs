//! `layerscope demo --write`: the demo as an archive for container runtimes.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

use layerscope::Progress;
use layerscope::files::output::write_file;
use layerscope::image::builtin::demo;

use super::Failure;
use super::output::writing;

/// Writes the demo to a new file, or to standard output if the name is `-`.
pub fn write(file: &Path) -> Result<(), Failure> {
    if file.as_os_str() != "-" {
        let progress = Progress::default();
        return writing(&progress, || write_file(file, &progress, |out| demo::write(out)));
    }
    if io::stdout().is_terminal() {
        return Err(Failure::Place {
            message: "the demo is a binary file, which a terminal cannot show".into(),
            hint: "load it: layerscope demo --write - | docker load; or keep it: layerscope demo --write demo.tar".into(),
        });
    }
    let mut out = BufWriter::new(io::stdout().lock());
    demo::write(&mut out)
        .and_then(|()| out.flush())
        .map_err(|error| Failure::Output("the demo".into(), error))
}
