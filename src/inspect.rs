//! Opening an image, and reading its layers side by side.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::analysis::{Inspection, Measured, mark_recopied};
use crate::archive::{FileSource, Member, Members, Source};
use crate::error::Error;
use crate::image::{Compression, Image, Progress, ReadLayer, choose, discover, head, read_layer};
use crate::text::escaped;
use crate::tree::Builder;
use crate::warning::Warning;

/// An image whose manifest has been read, and none of its layers.
#[derive(Clone)]
pub struct Opened {
    /// The archive, escaped for display.
    pub path: String,
    /// What the manifest and the config say.
    pub image: Image,
}

/// Opens the archive at `path` and finds the image that `wanted` names, or the only one.
pub fn open(path: &Path, wanted: Option<&str>) -> Result<Opened, Error> {
    let shown = escaped(path.as_os_str().as_encoded_bytes());
    let io = |operation| {
        let path = shown.clone();
        move |source| Error::Io { path, operation, source }
    };
    if std::fs::metadata(path).map_err(io("open"))?.is_dir() {
        return Err(Error::Directory { path: shown });
    }
    let source = FileSource::open(path).map_err(io("open"))?;
    open_source(shown, Arc::new(source), wanted)
}

/// Opens the archive whose bytes are `source`; `path` is what to call it.
pub fn open_source(path: String, source: Source, wanted: Option<&str>) -> Result<Opened, Error> {
    if source.is_empty() {
        return Err(Error::Empty { path });
    }
    // A first read that fails is a fault of the file, not of the tar in it.
    source.read_at(&mut [0; 1], 0).map_err(|error| Error::Io {
        path: path.clone(),
        operation: "read",
        source: error,
    })?;
    let members = Members::read(source);
    let mut image = choose(&path, discover(&path, &members)?, wanted)?;
    if let Some((offset, fault)) = members.fault() {
        let text = format!("the archive is damaged at byte {offset}: {fault}; what lies before is shown");
        image.warnings.push(Warning::image(text));
    }
    Ok(Opened { path, image })
}

/// Reads all layers of `image` and merges them.
pub fn inspect(opened: &Opened, progress: &Progress) -> Result<Inspection, Error> {
    let image = &opened.image;
    let jobs = Jobs::of(image);
    progress.total.store(jobs.list.iter().map(|job| job.member.extent.len).sum(), Ordering::Relaxed);
    let mut builder = Builder::new();
    let mut warnings = image.warnings.clone();
    let mut measured = Vec::with_capacity(image.layers.len());
    let mut plain: Vec<Option<Member>> = Vec::with_capacity(image.layers.len());
    let over = |limit: crate::tree::LimitExceeded| Error::Limit {
        path: opened.path.clone(),
        what: format!("the image has too many {}", limit.what),
        limit: limit.limit.to_string(),
    };
    jobs.run(progress, |i, read| {
        let Some(read) = read else {
            let text = format!("the layer's bytes ({}) are not in the archive; shown as empty", image.layers[i].name);
            warnings.push(Warning::layer(i, text));
            builder.apply(&crate::image::LayerEntries::default()).map_err(over)?;
            measured.push(Measured::missing());
            plain.push(None);
            return Ok(());
        };
        if let Some(fault) = &read.fault {
            let text = format!("{fault}; what lies before is shown ({})", image.layers[i].name);
            warnings.push(Warning::layer(i, text));
        }
        warnings.extend(read.notes.iter().map(|note| Warning::layer(i, note.clone())));
        builder.apply(&read.entries).map_err(over)?;
        measured.push(Measured::of(read));
        plain.push(image.layers[i].member.clone().filter(|_| read.compression == Compression::None));
        Ok(())
    })?;
    let mut built = builder.finish();
    mark_recopied(&mut built.tree, &built.hashes, |layer| plain[layer].clone());
    warnings.extend(built.remarks);
    Ok(Inspection::new(image.clone(), measured, built.tree, warnings))
}

/// A member that has to be read, once, for the layers that it is.
struct Job {
    member: Member,
    compressed: bool,
}

struct Jobs {
    list: Vec<Job>,
    /// The job of each layer.
    of_layer: Vec<Option<usize>>,
    /// The layer that needs each job last.
    last_use: Vec<usize>,
}

struct State {
    results: Vec<Option<Arc<ReadLayer>>>,
    taken: usize,
    /// Jobs that the merge has come to.
    merged: usize,
    error: Option<Error>,
}

impl Jobs {
    fn of(image: &Image) -> Self {
        let mut jobs = Self { list: Vec::new(), of_layer: Vec::new(), last_use: Vec::new() };
        let mut known = HashMap::new();
        for (i, layer) in image.layers.iter().enumerate() {
            jobs.of_layer.push(layer.member.as_ref().map(|member| {
                let key = (Arc::as_ptr(&member.source).cast::<()>(), member.extent.offset, member.extent.len);
                let job = *known.entry(key).or_insert_with(|| {
                    let head = head(&*member.source, member.extent.offset).unwrap_or_default();
                    let compressed = Compression::sniff(&head) != Compression::None;
                    jobs.list.push(Job { member: member.clone(), compressed });
                    jobs.last_use.push(i);
                    jobs.list.len() - 1
                });
                jobs.last_use[job] = i;
                job
            }));
        }
        jobs
    }

    /// Reads the jobs on all cores and hands their results to `merge`, layer by layer.
    fn run(
        &self,
        progress: &Progress,
        mut merge: impl FnMut(usize, Option<&ReadLayer>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(self.list.len());
        let mut order: Vec<usize> = (0..self.list.len()).collect();
        let decode = self.list.iter().any(|job| job.compressed);
        if decode {
            // The largest layer is the critical path.
            order.sort_by_key(|&job| std::cmp::Reverse(self.list[job].member.extent.len));
        }
        // Plain layers are read faster than they are merged: not too far ahead, or the lists of entries pile up.
        let ahead = if decode { usize::MAX } else { 2 * threads };
        let results = (0..self.list.len()).map(|_| None).collect();
        let state = Mutex::new(State { results, taken: 0, merged: 0, error: None });
        let changed = Condvar::new();
        let lock = || state.lock().unwrap_or_else(PoisonError::into_inner);
        let stop = |error: Error| {
            progress.cancel.store(true, Ordering::Relaxed);
            lock().error.get_or_insert(error);
            changed.notify_all();
        };
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    loop {
                        let mut now = lock();
                        while now.error.is_none() && now.taken > now.merged.saturating_add(ahead) {
                            now = changed.wait(now).unwrap_or_else(PoisonError::into_inner);
                        }
                        if now.error.is_some() || now.taken == order.len() {
                            return;
                        }
                        let job = order[now.taken];
                        now.taken += 1;
                        drop(now);
                        match read_layer(&self.list[job].member, progress) {
                            Ok(read) => {
                                progress.layers.fetch_add(1, Ordering::Relaxed);
                                lock().results[job] = Some(Arc::new(read));
                                changed.notify_all();
                            }
                            Err(error) => return stop(error),
                        }
                    }
                });
            }
            for (i, job) in self.of_layer.iter().enumerate() {
                let read = match *job {
                    None => None,
                    Some(job) => {
                        let mut now = lock();
                        now.merged = now.merged.max(job);
                        changed.notify_all();
                        while now.error.is_none() && now.results[job].is_none() {
                            now = changed.wait(now).unwrap_or_else(PoisonError::into_inner);
                        }
                        if let Some(error) = now.error.take() {
                            now.error = Some(Error::Cancelled);
                            return Err(error);
                        }
                        if self.last_use[job] == i { now.results[job].take() } else { now.results[job].clone() }
                    }
                };
                if let Err(error) = merge(i, read.as_deref()) {
                    stop(Error::Cancelled);
                    return Err(error);
                }
            }
            Ok(())
        })
    }
}
