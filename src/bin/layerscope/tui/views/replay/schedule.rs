//! The duration of each layer in the replay, which grows with its changes, within a limit for all.

use layerscope::LayerIndex;
use std::time::Duration;

/// The longest duration of all layers.
const WHOLE: Duration = Duration::from_secs(24);
/// The shortest duration of a layer, unless there are too many.
const SHORTEST: Duration = Duration::from_millis(150);
/// The longest duration of a layer.
const LONGEST: Duration = Duration::from_secs(3);
/// The weight of a layer without bytes; each doubling of the bytes adds one.
const EMPTY: u64 = 8;

/// The end of each layer, at normal speed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    ends: Vec<Duration>,
}

impl Schedule {
    /// Divides the time among layers that add or remove these numbers of bytes.
    pub fn from_sizes(bytes: impl ExactSizeIterator<Item = u64>) -> Self {
        let layers = u32::try_from(bytes.len()).unwrap_or(u32::MAX).max(1);
        let shortest = SHORTEST.min(WHOLE / layers);
        let weights: Vec<u64> = bytes
            .map(|bytes| {
                EMPTY + u64::from(bytes.checked_ilog2().map_or(0, |doublings| doublings + 1))
            })
            .collect();
        let all = weights.iter().sum::<u64>().max(1);
        let rest = micros(WHOLE - shortest * layers);
        let mut end = Duration::ZERO;
        let ends = weights.into_iter().map(|weight| {
            let share = Duration::from_micros(rest / all * weight);
            end += (shortest + share).min(LONGEST);
            end
        });
        Self { ends: ends.collect() }
    }

    pub fn layers(&self) -> usize {
        self.ends.len()
    }

    /// Returns the start of a layer; the end of all if there is no such layer.
    pub fn start(&self, layer: LayerIndex) -> Duration {
        let end = |before: LayerIndex| before.get_from(&self.ends).or(self.ends.last()).copied();
        layer.previous().and_then(end).unwrap_or_default()
    }

    /// Returns the duration of a layer.
    pub fn length(&self, layer: LayerIndex) -> Duration {
        self.start(layer.next()).saturating_sub(self.start(layer))
    }

    /// Returns the total duration.
    pub fn whole(&self) -> Duration {
        self.ends.last().copied().unwrap_or_default()
    }

    /// Returns the layer at a time.
    pub fn layer_at(&self, time: Duration) -> LayerIndex {
        let over = self.ends.partition_point(|&end| end <= time);
        LayerIndex::new(over.min(self.ends.len().saturating_sub(1)))
    }
}

pub(super) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn even(layers: usize) -> Schedule {
        Schedule::from_sizes(vec![1 << 20; layers].into_iter())
    }

    #[test]
    fn however_many_layers_there_are_they_take_half_a_minute_at_most() {
        for layers in [0, 1, 2, 4, 10, 30, 100, 127, 160, 500, 60_000] {
            let schedule = even(layers);
            assert!(schedule.whole() <= WHOLE, "{layers} layers take {:?}", schedule.whole());
            let mut all = LayerIndex::all(layers);
            assert!(all.all(|layer| schedule.length(layer) <= LONGEST));
            if (1..=160).contains(&layers) {
                let mut all = LayerIndex::all(layers);
                assert!(all.all(|layer| schedule.length(layer) >= SHORTEST), "{layers}");
            }
            if layers >= 10 {
                assert!(
                    schedule.whole() > Duration::from_secs(20),
                    "{layers} layers take {:?}",
                    schedule.whole()
                );
            }
        }
    }

    #[test]
    fn a_layer_that_does_more_takes_longer() {
        let schedule =
            Schedule::from_sizes((0..20).map(|layer| if layer == 3 { 300 << 20 } else { 0 }));
        assert!(schedule.length(3.into()) > schedule.length(2.into()) * 2);
    }

    #[test]
    fn every_moment_is_of_one_layer() {
        let schedule = even(30);
        for layer in LayerIndex::all(30) {
            assert_eq!(schedule.layer_at(schedule.start(layer)), layer);
            assert_eq!(
                schedule.layer_at(schedule.start(layer.next()) - Duration::from_micros(1)),
                layer
            );
        }
        assert_eq!(schedule.layer_at(WHOLE * 2), 29);
        assert_eq!((even(0).layer_at(WHOLE), even(0).whole()), (0.into(), Duration::ZERO));
    }
}
