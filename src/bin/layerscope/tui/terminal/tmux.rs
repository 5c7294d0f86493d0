//! Copies through tmux, which by default does not pass on what programs send to the clipboard.

use std::io::{self, Write};
use std::process::{Command, Stdio};

use layerscope::progress::spawn;

/// Copies a text to tmux's buffer and to the clipboard, if the program runs in tmux.
pub fn give_to_tmux(text: &str) {
    if std::env::var_os("TMUX").is_none_or(|socket| socket.is_empty()) {
        return;
    }
    let text = text.to_owned();
    spawn(move || {
        // tmux before 3.2 only has the buffer.
        if !load(&["load-buffer", "-w", "-"], &text).unwrap_or(false) {
            let _ = load(&["load-buffer", "-"], &text);
        }
    });
}

fn load(arguments: &[&str], text: &str) -> io::Result<bool> {
    let mut command = Command::new("tmux");
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn()?;
    let given = child.stdin.take().map(|mut pipe| pipe.write_all(text.as_bytes()));
    Ok(child.wait()?.success() && matches!(given, Some(Ok(()))))
}
