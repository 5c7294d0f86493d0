//! The patterns of a `.dockerignore`, as far as it lists or wants something.

/// Patterns of a `.dockerignore`.
pub struct Listed {
    patterns: Vec<String>,
    exceptions: Vec<String>,
}

impl Listed {
    /// Reads the text of an ignore file.
    pub fn read(text: &str) -> Self {
        let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
        let (exceptions, patterns): (Vec<_>, Vec<_>) = lines
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .partition(|line| line.starts_with('!'));
        let plain = |line: &&str| {
            let line = line.trim_start_matches('!').trim();
            line.strip_prefix("./").unwrap_or(line).trim_matches('/').to_owned()
        };
        Self {
            patterns: patterns.iter().map(plain).collect(),
            exceptions: exceptions.iter().map(plain).collect(),
        }
    }

    /// Returns whether the file lists a pattern.
    pub fn has(&self, pattern: &str) -> bool {
        let is_it = |line: &String| line == pattern || line.strip_prefix("**/") == Some(pattern);
        self.patterns.iter().any(is_it) && !self.wants(pattern)
    }

    /// Returns whether an exception names the pattern, or something in it.
    pub fn wants(&self, pattern: &str) -> bool {
        let name = pattern.trim_start_matches("**/");
        self.exceptions
            .iter()
            .any(|line| line.split('/').any(|part| part == name) || line == pattern)
    }
}
