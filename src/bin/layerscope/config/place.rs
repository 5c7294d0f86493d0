//! Finds the file of the configuration.

use layerscope::display::Escaped;
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use super::{Error, shown};
use crate::host_text;

/// The place of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// No configuration.
    Nowhere,
    /// A file given by the user, which has to exist.
    Asked(PathBuf),
    /// The usual place on the platform, if there is one.
    Usual(PathBuf),
}

impl Place {
    /// Returns the file of `--config`, of `LAYERSCOPE_CONFIG`, or the usual place.
    pub fn find(asked: Option<&Path>) -> Self {
        let variable = std::env::var_os("LAYERSCOPE_CONFIG");
        Self::choose(
            asked,
            variable,
            etcetera::choose_base_strategy().ok().map(|strategy| strategy.config_dir()),
        )
    }

    fn choose(asked: Option<&Path>, variable: Option<OsString>, platform: Option<PathBuf>) -> Self {
        let variable = variable.filter(|path| !path.is_empty()).map(PathBuf::from);
        match asked.map(Path::to_owned).or(variable) {
            Some(path) => Self::Asked(path),
            None => platform.map_or(Self::Nowhere, |base| {
                Self::Usual(base.join("layerscope").join("config.toml"))
            }),
        }
    }

    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Nowhere => None,
            Self::Asked(path) | Self::Usual(path) => Some(path),
        }
    }

    /// Returns the directory for relative paths in the configuration and for themes.
    pub fn directory(&self) -> Option<PathBuf> {
        let directory = self.path()?.parent()?;
        // The current directory is made absolute, so that the printed path can be used from
        // anywhere.
        Some(std::path::absolute(directory).unwrap_or_else(|_| directory.to_owned()))
    }

    /// Returns a file in the usual place that exists but cannot be read, with the reason.
    pub fn denied(&self) -> Option<(Escaped, io::Error)> {
        let Self::Usual(path) = self else { return None };
        // If the directory cannot be searched, it is unknown whether the file exists.
        path.symlink_metadata().ok()?;
        File::open(path).err().map(|error| (shown(path), error))
    }

    /// Reads the file, if there is one.
    ///
    /// # Errors
    ///
    /// The file was given by the user and cannot be read, or it is not a text of reasonable size.
    pub fn read(&self) -> Result<Option<(PathBuf, String)>, Error> {
        let Some(path) = self.path() else { return Ok(None) };
        // `su`, `sudo` and service managers may leave a home directory that is out of reach; that
        // is only an error for a file given by the user.
        if matches!(self, Self::Usual(_)) && File::open(path).is_err() {
            return Ok(None);
        }
        match host_text::contents(path) {
            Ok(text) => Ok(Some((path.to_owned(), text))),
            Err(error) => Err(Error::Unreadable(shown(path), error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_option_comes_before_the_variable_and_that_before_the_platform_s_place() {
        let platform = || Some(PathBuf::from("/home/me/.config"));
        let asked = Path::new("mine.toml");
        assert_eq!(
            Place::choose(Some(asked), Some("other.toml".into()), platform()),
            Place::Asked("mine.toml".into())
        );
        assert_eq!(
            Place::choose(None, Some("other.toml".into()), platform()),
            Place::Asked("other.toml".into())
        );
        let usual = Place::Usual("/home/me/.config/layerscope/config.toml".into());
        assert_eq!(Place::choose(None, Some(OsString::new()), platform()), usual);
        assert_eq!(Place::choose(None, None, None), Place::Nowhere);
    }

    #[test]
    fn a_file_that_was_asked_for_has_to_be_there_and_the_usual_one_has_not() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config.toml");
        assert!(Place::Usual(path.clone()).read().unwrap().is_none());
        assert!(Place::Asked(path.clone()).read().is_err());
        let below_a_file = PathBuf::from("/dev/null/.config/layerscope/config.toml");
        assert!(Place::Usual(below_a_file.clone()).read().unwrap().is_none());
        assert!(Place::Asked(below_a_file).read().is_err());
        std::fs::write(&path, "x".repeat(2 << 20)).unwrap();
        assert!(
            Place::Usual(path).read().unwrap_err().to_string().ends_with("it is bigger than 1 MiB")
        );
    }
}
