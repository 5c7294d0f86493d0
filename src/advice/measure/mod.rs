//! Measures the download size of an image that does not exist yet, by compressing its layers.
//!
//! Each layer that changes is assembled as a tar from the members of the original layers and
//! compressed with gzip on all cores; only the number of bytes is kept. A layer that stays the same
//! and is stored compressed keeps its size.

mod pack;
mod plan;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::advice::ladder::{Holds, PossibleSize};
use crate::analysis::Inspection;
use crate::analysis::download::Download;
use crate::analysis::what_if::{Change, what_if};
use crate::error::Error;
use crate::files::contents::LayerContents;
use crate::image::Opened;
use crate::progress::{Progress, workers};
use plan::{Layer, Plan};

/// The level of gzip that registries are pushed to with: the default of gzip itself and of Go.
pub const GZIP_LEVEL: u32 = 6;

/// The number of layers that are compressed at the same time. Each needs up to 80 MiB to read its
/// input.
const THREADS: usize = 4;

/// Measures the download size of each rung. A rung that needs files from outside this image stays
/// an estimate.
///
/// # Errors
///
/// [`Error::Cancelled`], or an error of the archive.
pub fn measure_ladder(
    inspection: &Inspection,
    possible_sizes: &mut [PossibleSize],
    opened: &Opened,
    progress: &Arc<Progress>,
) -> Result<(), Error> {
    let plans: Vec<_> =
        possible_sizes.iter().map(|possible_size| plan(inspection, &possible_size.holds)).collect();
    let measured = measure_all(inspection, &plans, opened, progress)?;
    for (possible_size, bytes) in possible_sizes.iter_mut().zip(measured) {
        if let Some(bytes) = bytes {
            possible_size.download = bytes;
        }
    }
    Ok(())
}

/// Measures the download size of an image after some changes.
///
/// # Errors
///
/// [`Error::Cancelled`], or an error of the archive.
pub fn measure(
    inspection: &Inspection,
    changes: &[Change],
    opened: &Opened,
    progress: &Arc<Progress>,
) -> Result<Download, Error> {
    let plan = Plan::changed(inspection, &what_if(inspection, changes));
    let measured = measure_all(inspection, &[Some(plan)], opened, progress)?;
    Ok(measured.into_iter().flatten().next().unwrap_or(Download::Unknown))
}

fn plan(inspection: &Inspection, holds: &Holds) -> Option<Plan> {
    match holds {
        Holds::Changed(changes) => Some(Plan::changed(inspection, &what_if(inspection, changes))),
        Holds::Copied { below, inodes } => Some(Plan::copied(inspection, *below, inodes)),
        Holds::Others => None,
    }
}

/// Measures the layers of all plans. A layer that several plans have in common is compressed once.
fn measure_all(
    inspection: &Inspection,
    plans: &[Option<Plan>],
    opened: &Opened,
    progress: &Arc<Progress>,
) -> Result<Vec<Option<Download>>, Error> {
    let mut distinct: Vec<&Layer> = Vec::new();
    let mut numbers: Vec<Option<Vec<usize>>> = Vec::new();
    for plan in plans {
        numbers.push(plan.as_ref().map(|plan| {
            let number = |layer| {
                distinct.iter().position(|known| *known == layer).unwrap_or_else(|| {
                    distinct.push(layer);
                    distinct.len() - 1
                })
            };
            plan.layers.iter().map(number).collect()
        }));
    }
    let work = distinct.iter().map(|layer| layer.work(inspection)).fold(0, u64::saturating_add);
    progress.done.store(0, Ordering::Relaxed);
    progress.total.store(work, Ordering::Relaxed);
    let next = AtomicUsize::new(0);
    let sizes = Mutex::new(Ok(vec![0; distinct.len()]));
    let compress = || {
        // A separate instance, so that nothing else moves its decoders.
        let contents = LayerContents::new(opened);
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(layer) = distinct.get(number) else { return };
            let size = pack::size(inspection, layer, &contents, progress);
            let mut sizes = sizes.lock().unwrap_or_else(PoisonError::into_inner);
            match (size, &mut *sizes) {
                (_, Err(_)) => return,
                (Ok(size), Ok(sizes)) => sizes[number] = size,
                (Err(error), failed) => *failed = Err(error),
            }
        }
    };
    std::thread::scope(|scope| {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        if workers(scope, cores.min(distinct.len()).min(THREADS), &compress) == 0 {
            compress();
        }
    });
    let sizes: Vec<u64> = sizes.into_inner().unwrap_or_else(PoisonError::into_inner)?;
    let sum = |numbers: Vec<usize>| {
        let bytes = numbers.iter().map(|&number| sizes[number]).fold(0, u64::saturating_add);
        let stored = numbers.iter().all(|&number| distinct[number].is_stored(inspection));
        if stored { Download::Exact(bytes) } else { Download::Measured(bytes) }
    };
    Ok(numbers.into_iter().map(|numbers| numbers.map(sum)).collect())
}
