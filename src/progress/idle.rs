//! Cores without work, which may help where there is much of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The number of cores without work.
#[derive(Clone, Default)]
pub struct IdleCores(Arc<AtomicUsize>);

impl IdleCores {
    /// Sets how many cores have no work.
    pub fn set(&self, cores: usize) {
        self.0.store(cores, Ordering::Relaxed);
    }

    /// Adds a core that has done its work.
    pub fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// Takes a core, if one has no work.
    pub fn take(&self) -> Option<TakenCore> {
        let one_less = |cores: usize| cores.checked_sub(1);
        let taken = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less);
        taken.ok().map(|_| TakenCore(self.clone()))
    }
}

/// A core that was taken; it has no work again once this is dropped.
pub struct TakenCore(IdleCores);

impl Drop for TakenCore {
    fn drop(&mut self) {
        self.0.add();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_cores_without_work_are_taken_and_they_come_back() {
        let idle = IdleCores::default();
        assert!(idle.take().is_none());
        idle.add();
        let taken = idle.take();
        assert!(taken.is_some() && idle.take().is_none());
        drop(taken);
        assert!(idle.take().is_some());
    }
}
