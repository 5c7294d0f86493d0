//! Parts of a command as a builder records it in an image's history: build arguments, the shell with
//! its flags, the command.

/// Removes a `|2 A=1 B=2 ` prefix. Values may contain spaces, so the shell that follows is searched
/// for.
pub(crate) fn without_arguments(text: &str) -> &str {
    let Some(rest) = text.strip_prefix('|') else { return text };
    let Some((count, rest)) = rest.split_once(' ') else { return text };
    let Ok(count) = count.parse::<usize>() else { return text };
    let starts = rest.match_indices(' ').map(|(i, _)| i + 1).chain([0]).collect::<Vec<_>>();
    if let Some(&start) = starts.iter().filter(|&&i| after_shell(&rest[i..]).is_some()).min() {
        return &rest[start..];
    }
    rest.splitn(count + 1, ' ').nth(count).unwrap_or(rest)
}

/// Returns the command after a shell and its flags, such as `/bin/bash -o pipefail -c `.
pub(crate) fn after_shell(text: &str) -> Option<&str> {
    for windows in ["cmd /S /C ", "powershell -Command ", "pwsh -Command "] {
        if let Some(rest) = text.strip_prefix(windows) {
            return Some(rest.trim_start());
        }
    }
    let (shell, mut rest) = text.split_once(' ')?;
    if !shell.starts_with('/') || !shell.ends_with("sh") {
        return None;
    }
    loop {
        let (flag, after) = rest.split_once(' ').unwrap_or((rest, ""));
        let letters = flag.strip_prefix('-')?;
        if letters.starts_with('-') || letters.is_empty() {
            return None;
        }
        if letters.ends_with('c') {
            return Some(after.trim_start());
        }
        rest = if letters.ends_with('o') { after.split_once(' ')?.1 } else { after };
    }
}
