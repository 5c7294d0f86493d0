//! The kinds of instructions (Dockerfile reference, "Overview").

/// The kind of an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the keyword of that name")]
pub enum Keyword {
    Add,
    Arg,
    Cmd,
    Copy,
    Entrypoint,
    Env,
    Expose,
    From,
    Healthcheck,
    Label,
    Maintainer,
    Onbuild,
    Run,
    Shell,
    Stopsignal,
    User,
    Volume,
    Workdir,
    /// A word that is not a known keyword.
    Unknown,
}

const NAMES: [(&str, Keyword); 18] = [
    ("ADD", Keyword::Add),
    ("ARG", Keyword::Arg),
    ("CMD", Keyword::Cmd),
    ("COPY", Keyword::Copy),
    ("ENTRYPOINT", Keyword::Entrypoint),
    ("ENV", Keyword::Env),
    ("EXPOSE", Keyword::Expose),
    ("FROM", Keyword::From),
    ("HEALTHCHECK", Keyword::Healthcheck),
    ("LABEL", Keyword::Label),
    ("MAINTAINER", Keyword::Maintainer),
    ("ONBUILD", Keyword::Onbuild),
    ("RUN", Keyword::Run),
    ("SHELL", Keyword::Shell),
    ("STOPSIGNAL", Keyword::Stopsignal),
    ("USER", Keyword::User),
    ("VOLUME", Keyword::Volume),
    ("WORKDIR", Keyword::Workdir),
];

impl Keyword {
    /// Returns the keyword for a word in any case.
    pub fn named(word: &str) -> Self {
        NAMES
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(word))
            .map_or(Self::Unknown, |(_, keyword)| *keyword)
    }

    /// Returns the keyword in capitals; empty for an unknown one.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, keyword)| *keyword == self).map_or("", |(name, _)| name)
    }

    /// Returns whether here-documents may follow, directly or after `ONBUILD`.
    pub fn takes_heredocs(self, arguments: &str) -> bool {
        match self {
            Self::Run | Self::Copy | Self::Add => true,
            Self::Onbuild => {
                let inner = arguments.split_whitespace().next().map_or(Self::Unknown, Self::named);
                matches!(inner, Self::Run | Self::Copy | Self::Add)
            }
            _ => false,
        }
    }

    /// Returns whether it sets variables.
    pub fn sets_variables(self) -> bool {
        matches!(self, Self::Env | Self::Arg)
    }

    /// Returns whether the instruction only configures the container, so that it does not affect
    /// later instructions of the build.
    pub fn is_runtime(self) -> bool {
        matches!(
            self,
            Self::Cmd
                | Self::Entrypoint
                | Self::Expose
                | Self::Healthcheck
                | Self::Label
                | Self::Maintainer
                | Self::Onbuild
                | Self::Stopsignal
        )
    }
}
