//! Reads the layers of an image in parallel, and merges them in order.

use crate::escape::Untrusted;
use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::analysis::{Inspection, Measured, Unverified, Verification, mark_rewritten};
use crate::archive::Member;
use crate::display::{Escaped, escaped_display};
use crate::error::Error;
use crate::image::{Compression, Layer, LayerFormat, Opened, ReadLayer, head, read_layer};
use crate::layer_index::LayerIndex;
use crate::progress::{Progress, workers};
use crate::tree::Builder;
use crate::warning::{ArchiveDifference, Warning, WarningKind};

/// Reads all layers of `image` and merges them.
///
/// # Errors
///
/// [`Error::Cancelled`], or an error if the image exceeds a limit of the tree.
pub fn inspect(opened: &Opened, progress: &Progress) -> Result<Inspection, Error> {
    let image = &opened.image;
    let jobs = Jobs::list(opened);
    if !jobs.list.is_empty() {
        progress
            .total
            .store(jobs.list.iter().map(|job| job.member.extent.len).sum(), Ordering::Relaxed);
    }
    let mut builder = Builder::new();
    let mut warnings = image.warnings.clone();
    let mut measured = Vec::with_capacity(image.layers.len());
    let mut mismatches = image.mismatches.clone();
    let mut verification = Verification::default();
    for gap in warnings.iter().filter(|warning| warning.gap().is_some()) {
        let (layer, gap, reason) = (None, gap.gap(), escaped_display(&gap.kind));
        verification.unverified.push(Unverified { layer, gap, reason });
    }
    let of_image = |reason: &Escaped| Unverified { layer: None, gap: None, reason: reason.clone() };
    verification.unverified.extend(image.unverifiable.iter().map(of_image));
    let mut plain: Vec<Option<Member>> = Vec::with_capacity(image.layers.len());
    let over = |limit: crate::tree::LimitExceeded| Error::Limit {
        path: opened.path.clone(),
        what: format!("the image has too many {}", limit.what),
        limit: limit.limit.to_string(),
    };
    let merged = jobs.run(progress, |i, read| {
        let layer = &image.layers[i];
        let Some(read) = read else {
            if let Some(why) = layer.unread() {
                verification.unread(i, why.gap(), escaped_display(&why));
                warnings.push(Warning::layer(i, why));
            }
            builder.apply(&crate::image::LayerEntries::default()).map_err(over)?;
            measured.push(Measured::missing());
            plain.push(None);
            return Ok(());
        };
        if let Some(kind) = read
            .fault
            .as_ref()
            .map(|fault| fault.warning(&layer.name))
            .or_else(|| layer.cut(read.stored_bytes, read.tar_bytes))
            .or_else(|| {
                if image.is_bare() { None } else { layer.doubtful_end(read, &progress.cancel) }
            })
        {
            warnings.push(Warning::layer(i, kind));
        }
        warnings.extend(read.notes.iter().map(|note| Warning::layer(i, note.clone())));
        warnings.extend(mislabelled(layer, read).map(|kind| Warning::layer(i, kind)));
        if progress.verify {
            let found = verification.check(i, layer, read);
            mismatches.extend(found.into_iter().map(|kind| Warning::layer(i, kind)));
        }
        opened.remember(layer, read);
        builder.apply(&read.entries).map_err(over)?;
        measured.push(Measured::from_layer(read));
        let readable = |member: &Member| {
            read.compression == Compression::None && !opened.read.contains_key(&member.id)
        };
        plain.push(layer.member.clone().filter(readable));
        Ok(())
    });
    if merged.is_err() {
        opened.check_unchanged()?;
    }
    merged?;
    let mut built = builder.finish();
    mark_rewritten(&mut built.tree, &built.hashes, |layer| plain[layer].clone());
    opened.check_unchanged()?;
    warnings.extend(built.remarks);
    let mut inspection =
        Inspection::new(opened.path.clone(), image.clone(), measured, built.tree, warnings);
    inspection.other_platforms = opened.other_platforms.clone();
    inspection.selector = opened.selector.iter().map(Untrusted::from).collect();
    if progress.verify {
        (inspection.mismatches, inspection.verification) = (Some(mismatches), Some(verification));
    }
    Ok(inspection)
}

/// Tells that a layer's media type names another compression than it has.
fn mislabelled(layer: &Layer, read: &ReadLayer) -> Option<WarningKind> {
    let named = layer
        .named
        .filter(|&named| named != read.compression && read.fault.is_none() && read.tar_bytes > 0)?;
    let word = |found: Compression| if found == Compression::None { "plain" } else { found.name() };
    Some(ArchiveDifference::MediaType { named: word(named), found: word(read.compression) }.into())
}

/// The origin of a layer's entries.
enum Origin {
    Missing,
    /// The layer has already been read from a stream.
    Read(Arc<ReadLayer>),
    /// A job reads the layer.
    Job(usize),
}

/// Layers that are downloaded at once, as docker does it.
const DOWNLOADS: usize = 3;

/// A member to be read once, for all layers that it is used as.
struct Job {
    member: Member,
    compressed: bool,
}

struct Jobs {
    list: Vec<Job>,
    of_layer: Vec<Origin>,
    /// For each job, the last layer that needs it.
    last_use: Vec<LayerIndex>,
}

struct ReadLayers {
    results: Vec<Option<Arc<ReadLayer>>>,
    taken: usize,
    /// The number of jobs that have been merged.
    merged: usize,
    error: Option<Error>,
}

impl Jobs {
    fn list(opened: &Opened) -> Self {
        let mut jobs = Self { list: Vec::new(), of_layer: Vec::new(), last_use: Vec::new() };
        let mut known = HashMap::new();
        for (i, layer) in LayerIndex::numbered(&opened.image.layers) {
            let origin = match &layer.member {
                None => Origin::Missing,
                Some(_) if layer.format != LayerFormat::Tar => Origin::Missing,
                Some(member) => match opened.read.get(&member.id) {
                    Some(read) => Origin::Read(read.clone()),
                    None => {
                        let job = *known.entry(member.id).or_insert_with(|| jobs.add(member));
                        jobs.last_use[job] = i;
                        Origin::Job(job)
                    }
                },
            };
            jobs.of_layer.push(origin);
        }
        jobs
    }

    fn add(&mut self, member: &Member) -> usize {
        // Each question to a registry takes a while, and its layers are compressed.
        let compressed = member.source.costs_a_download() || {
            let head = head(&*member.source, member.extent.offset).unwrap_or_default();
            Compression::sniff(&head) != Compression::None
        };
        self.list.push(Job { member: member.clone(), compressed });
        self.last_use.push(LayerIndex::FIRST);
        self.list.len() - 1
    }

    /// Reads the jobs on all cores, and passes their results to `merge`, layer by layer.
    fn run(
        &self,
        progress: &Progress,
        mut merge: impl FnMut(LayerIndex, Option<&ReadLayer>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        // Downloads mostly wait.
        let is_download = self.list.iter().any(|job| job.member.source.costs_a_download());
        let threads = if is_download { cores.max(DOWNLOADS) } else { cores }.min(self.list.len());
        let mut order: Vec<usize> = (0..self.list.len()).collect();
        let decode = self.list.iter().any(|job| job.compressed);
        if decode {
            // The largest layer is the critical path.
            order.sort_by_key(|&job| std::cmp::Reverse(self.list[job].member.extent.len));
        }
        // Plain layers are read faster than they are merged, so reading is limited (back
        // pressure); otherwise the lists of entries pile up.
        let ahead = if decode { usize::MAX } else { 2 * threads };
        let results = (0..self.list.len()).map(|_| None).collect();
        let state = Mutex::new(ReadLayers { results, taken: 0, merged: 0, error: None });
        let changed = Condvar::new();
        let lock = || state.lock().unwrap_or_else(PoisonError::into_inner);
        let stop = |error: Error| {
            progress.cancel.store(true, Ordering::Relaxed);
            lock().error.get_or_insert(error);
            changed.notify_all();
        };
        // Reads the next job; false if there is none.
        let read_next = |mut now: MutexGuard<'_, ReadLayers>| {
            if now.error.is_some() || now.taken == order.len() {
                return false;
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
                Err(error) => stop(error),
            }
            true
        };
        let work = || {
            loop {
                let mut now = lock();
                while now.error.is_none() && now.taken > now.merged.saturating_add(ahead) {
                    now = changed.wait(now).unwrap_or_else(PoisonError::into_inner);
                }
                if !read_next(now) {
                    progress.idle.add();
                    return;
                }
            }
        };
        progress.idle.set(cores.saturating_sub(threads));
        std::thread::scope(|scope| {
            let alone = workers(scope, threads, &work) == 0;
            for (i, job) in LayerIndex::numbered(&self.of_layer) {
                let read = match job {
                    Origin::Missing => None,
                    Origin::Read(read) => Some(read.clone()),
                    &Origin::Job(job) => {
                        let mut now = lock();
                        now.merged = now.merged.max(job);
                        changed.notify_all();
                        while now.error.is_none() && now.results[job].is_none() {
                            now = if alone {
                                read_next(now);
                                lock()
                            } else {
                                changed.wait(now).unwrap_or_else(PoisonError::into_inner)
                            };
                        }
                        if let Some(error) = now.error.take() {
                            now.error = Some(Error::Cancelled);
                            return Err(error);
                        }
                        if self.last_use[job] == i {
                            now.results[job].take()
                        } else {
                            now.results[job].clone()
                        }
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
