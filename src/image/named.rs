//! Opens an image by its name, from an engine or a registry.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::damage::remark_all;
use super::open::{archive_of_members, archive_of_source, stored_like};
use super::opened::{Archive, Storage};
use super::passing::open_stream;
use super::platform::{fit, this_machine};
use super::remembered::recall;
use super::{Layer, similar, toc};
use crate::archive::FileSource;
use crate::display::{Escaped, escaped_str};
use crate::display::{escaped_display, shown};
use crate::error::Error;
use crate::origin::{Answer, Cache, FindOptions, Provider, Pull, Reference, Tee, engine, registry};
use crate::progress::Progress;
use crate::warning::{ArchiveDifference, RuntimeDifference, Warning, WarningKind};

/// Opens the image called `name`, from the first provider that has it.
///
/// An engine's image is read while the engine saves it, and kept in a file without a name. The
/// layers of a registry's image are fetched when they are read.
///
/// # Errors
///
/// [`Error::Nowhere`] with the answer of each provider, or an error of reading the image.
pub fn open_named(
    name: &str,
    options: &FindOptions,
    progress: &Progress,
) -> Result<Archive, Error> {
    let mut search = NamedSearch { name, options, progress, answers: Vec::new() };
    for provider in options.order() {
        match search.ask(provider) {
            Ok(archive) => return Ok(archive),
            Err(Attempt::Answer(Answer::Cancelled)) => return Err(Error::Cancelled),
            Err(Attempt::Answer(answer)) => search.answers.push((provider, answer)),
            Err(Attempt::Error(error)) => return Err(error),
        }
    }
    Err(search.nowhere())
}

/// The reason why one provider does not give the image.
enum Attempt {
    Answer(Answer),
    Error(Error),
}

impl From<Answer> for Attempt {
    fn from(answer: Answer) -> Self {
        Self::Answer(answer)
    }
}

struct NamedSearch<'a> {
    name: &'a str,
    options: &'a FindOptions,
    progress: &'a Progress,
    answers: Vec<(Provider, Answer)>,
}

impl NamedSearch<'_> {
    fn ask(&mut self, provider: Provider) -> Result<Archive, Attempt> {
        if provider == Provider::Registry {
            if self.options.pull == Pull::Never {
                return Err(Answer::NotAsked("--pull never".into()).into());
            }
            let Some(name) = Reference::parse(self.name) else {
                let why = match Reference::parse_lower_case(self.name) {
                    Some(_) => "names of images are in lower case",
                    None => "an image ID is no name that a registry knows",
                };
                return Err(Answer::NotAsked(why.into()).into());
            };
            return self.downloaded(&name);
        }
        self.progress.wait_for(format!("asking {provider}"));
        let held = engine::find(provider, self.name, self.options, self.progress)?;
        match self.save(&held) {
            Err(Attempt::Answer(answer)) => {
                // The engine may have dropped blobs of an image that it runs.
                let pushed = held.repo_digests.iter().find_map(|digest| Reference::parse(digest));
                match pushed
                    .filter(|_| self.options.pull != Pull::Never && answer != Answer::Cancelled)
                {
                    Some(pushed) => {
                        self.answers.push((provider, answer));
                        self.downloaded(&pushed)
                    }
                    None => Err(answer.into()),
                }
            }
            saved => saved,
        }
    }

    /// Reads the image while its engine saves it.
    fn save(&self, held: &engine::HeldImage) -> Result<Archive, Attempt> {
        let path = shown!("{}{}", held.provider.transport(), escaped_str(&held.name));
        let cannot_save = |problem: Escaped| Attempt::Answer(Answer::CannotSave(problem));
        self.progress.wait_for(format!("{} is preparing the image", held.provider));
        let mut stream = engine::save(held, &self.progress.cancel)
            .map_err(|error| cannot_save(escaped_display(&error)))?;
        self.progress.total.store(held.bytes.unwrap_or(0), Ordering::Relaxed);
        let mut tee = Tee::new(&mut stream);
        let read = open_stream(path.clone(), &mut tee, self.progress);
        // The command's failure is the reason for what is missing, so it is asked for first.
        if let Err(error) = std::io::copy(&mut tee, &mut std::io::sink()) {
            if crate::progress::is_cancelled(&error) {
                return Err(Answer::Cancelled.into());
            }
            return Err(cannot_save(escaped_display(&error)));
        }
        let mut archive = read.map_err(Attempt::Error)?;
        self.progress.done.store(0, Ordering::Relaxed);
        self.progress.total.store(0, Ordering::Relaxed);
        match tee.finish().and_then(FileSource::from_file) {
            Ok(file) => {
                let kept =
                    kept(path, Arc::new(file), archive, self.progress).map_err(Attempt::Error)?;
                Ok(from(held.provider, kept))
            }
            Err(error) => {
                remark_all(
                    &mut archive.images,
                    &WarningKind::NotKept { problem: escaped_display(&error) },
                );
                Ok(from(held.provider, archive))
            }
        }
    }

    fn downloaded(&self, name: &Reference) -> Result<Archive, Attempt> {
        self.progress.wait_for(format!("asking {}", escaped_str(name.host())));
        let machine = this_machine();
        let wanted = self.options.platform.as_deref().unwrap_or(&machine);
        let registry::Found { members, offered } = registry::open(
            name,
            self.options,
            &|platform| fit(platform, wanted),
            &self.progress.cancel,
        )?;
        let path = shown!("{}{}", Provider::Registry.transport(), escaped_str(&name.familiar()));
        let mut archive = archive_of_members(path, &members).map_err(Attempt::Error)?;
        // Registries have Docker's media types; only in a layout, runtimes disagree about them.
        let types = WarningKind::RuntimesDiffer(RuntimeDifference::Archive(
            ArchiveDifference::DockerMediaTypes,
        ));
        archive
            .images
            .iter_mut()
            .for_each(|image| image.warnings.retain(|warning| warning.kind != types));
        archive.offered = offered;
        if let Some(cache) = &self.options.cache {
            // What is verified is read again.
            if !self.progress.verify {
                archive.read = recall(&archive.images, cache, self.progress.wants_secrets());
            }
            archive.cache = Some(cache.clone());
        }
        if !self.progress.verify {
            use_tables(&mut archive, self.options.cache.as_ref());
        }
        Ok(from(Provider::Registry, archive))
    }

    fn nowhere(self) -> Error {
        let cannot_save = |answer: &Answer| matches!(answer, Answer::CannotSave(_));
        let found = self.answers.iter().position(|(_, answer)| cannot_save(answer));
        // Where an engine has the image, the others are not the problem.
        let asked =
            self.answers.iter().filter(|(_, answer)| found.is_none() || cannot_save(answer));
        let hints: Vec<String> =
            asked.filter_map(|(provider, answer)| answer.hint(*provider, self.name)).collect();
        let latest = Reference::parse(self.name)
            .filter(|name| name.familiar() == format!("{}:latest", self.name));
        let lower = Reference::parse_lower_case(self.name).map(|name| escaped_str(&name));
        let usual = || {
            Some(match latest {
                None if lower.is_some() => {
                    format!("names of images are in lower case: {}", lower.as_deref()?)
                }
                Some(_) => "this looks for the tag latest; name another tag as NAME:TAG".to_owned(),
                None => "check the spelling; a file is named with its path: ./image.tar".to_owned(),
            })
        };
        let meant = || similar::hint(self.name, &self.answers, self.options, self.progress);
        let mut hint = if hints.is_empty() { None } else { Some(hints.join("; ")) };
        if found.is_none()
            && let Some(meant) = meant()
        {
            hint = Some(hint.map_or(meant.clone(), |hint| format!("{meant}; {hint}")));
        }
        let hint = hint.or_else(usual);
        let answer =
            |(provider, answer): &(Provider, Answer)| (self.title(*provider), answer.to_string());
        let answers = self.answers.iter().map(answer).collect();
        Error::Nowhere { name: escaped_str(self.name), answers, found, hint }
    }

    fn title(&self, provider: Provider) -> String {
        match (provider, Reference::parse(self.name)) {
            (Provider::Registry, Some(name)) => format!("registry {}", escaped_str(name.host())),
            (provider, _) => provider.to_string(),
        }
    }
}

/// Uses the tables of contents of layers that are not known from earlier.
fn use_tables(archive: &mut Archive, cache: Option<&Cache>) {
    for image in &mut archive.images {
        let is_unknown = |layer: &Layer| {
            layer.member.as_ref().is_some_and(|member| !archive.read.contains_key(&member.id))
        };
        if let Some(read) = image
            .layers
            .iter()
            .any(is_unknown)
            .then(|| toc::read_all(&image.layers, cache))
            .flatten()
        {
            image.warnings.push(Warning::image(WarningKind::FromTables));
            archive.read.extend(read);
        }
    }
}

/// Notes where the images of an archive came from.
fn from(provider: Provider, mut archive: Archive) -> Archive {
    archive.images.iter_mut().for_each(|image| image.provider = Some(provider));
    archive
}

/// Opens what was kept of a stream. Layers that were read while they passed are not read again.
fn kept(
    path: Escaped,
    file: Arc<FileSource>,
    streamed: Archive,
    progress: &Progress,
) -> Result<Archive, Error> {
    let mut archive = archive_of_source(path, file, progress)?;
    if matches!(archive.storage, Storage::Members) && stored_like(&archive, &streamed) {
        archive.read = streamed.read;
    }
    Ok(archive)
}
