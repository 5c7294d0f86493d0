//! Squarified treemaps (Bruls, Huizing, van Wijk 2000), in the cells of a terminal.
//!
//! The tiles are laid out with fractions, and their edges are rounded afterwards: neighbours share
//! an edge, so they neither overlap nor leave a gap.

use ratatui::layout::Rect;

/// The ratio of a cell's height to its width.
const CELL_HEIGHT: f64 = 2.0;

/// A rectangle with fractional edges, in units of equal width and height.
#[derive(Clone, Copy)]
struct Space {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Space {
    fn width(self) -> f64 {
        self.right - self.left
    }

    fn height(self) -> f64 {
        self.bottom - self.top
    }

    /// Splits the rectangle along its longer side; the first part has `share` of it.
    fn split(self, share: f64) -> (Self, Self) {
        if self.width() >= self.height() {
            let edge = if share < 1.0 { self.left + self.width() * share } else { self.right };
            (Self { right: edge, ..self }, Self { left: edge, ..self })
        } else {
            let edge = if share < 1.0 { self.top + self.height() * share } else { self.bottom };
            (Self { bottom: edge, ..self }, Self { top: edge, ..self })
        }
    }

    /// Rounds the edges to cells, moved to the origin of `area`.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "inside of a screen"
    )]
    fn cells(self, area: Rect) -> Rect {
        let column = |x: f64| x.round() as u16;
        let row = |y: f64| (y / CELL_HEIGHT).round() as u16;
        let (left, top) = (column(self.left), row(self.top));
        let (width, height) = (column(self.right) - left, row(self.bottom) - top);
        Rect { x: area.x + left, y: area.y + top, width, height }
    }
}

/// Divides an area in proportion to `sizes`, which should be in descending order.
///
/// A tile that is less than half a cell wide or high is empty.
pub fn squarify(sizes: &[u64], area: Rect) -> Vec<Rect> {
    let (width, height) = (f64::from(area.width), f64::from(area.height) * CELL_HEIGHT);
    let mut left = Space { left: 0.0, top: 0.0, right: width, bottom: height };
    let mut sum_left = sum(sizes);
    let mut rest = sizes;
    let mut tiles = Vec::with_capacity(sizes.len());
    while !rest.is_empty() {
        let (strip, after) = rest.split_at(strip_length(rest, sum_left, left));
        let (space, next) = left.split(share(sum(strip), sum_left));
        let along_height = left.width() >= left.height();
        let whole = sum(strip);
        let mut before = 0;
        for &size in strip {
            let (from, to) = (share(before, whole), share(before + u128::from(size), whole));
            before += u128::from(size);
            let tile = if along_height {
                Space {
                    top: at(space.top, space.bottom, from),
                    bottom: at(space.top, space.bottom, to),
                    ..space
                }
            } else {
                Space {
                    left: at(space.left, space.right, from),
                    right: at(space.left, space.right, to),
                    ..space
                }
            };
            tiles.push(tile.cells(area));
        }
        left = next;
        sum_left -= whole;
        rest = after;
    }
    tiles
}

fn sum(sizes: &[u64]) -> u128 {
    sizes.iter().map(|&size| u128::from(size)).sum()
}

#[expect(clippy::cast_precision_loss, reason = "a share")]
fn share(part: u128, whole: u128) -> f64 {
    if part == whole { 1.0 } else { part as f64 / whole as f64 }
}

/// Interpolates between two positions; exactly `to` at the end, where the next strip begins.
fn at(from: f64, to: f64, share: f64) -> f64 {
    if share < 1.0 { from + (to - from) * share } else { to }
}

/// Returns the number of tiles in a strip before another one would make the worst of them less
/// square.
#[expect(clippy::cast_precision_loss, reason = "a shape")]
fn strip_length(sizes: &[u64], sum_left: u128, space: Space) -> usize {
    let scale = space.width() * space.height() / (sum_left.max(1)) as f64;
    let side = space.width().min(space.height());
    let worst = |sum: f64, smallest: f64, biggest: f64| {
        let (squared, across) = (sum * sum, side * side);
        (across * biggest / squared).max(squared / (across * smallest))
    };
    let (mut sum, mut smallest, mut biggest) = (0.0, f64::INFINITY, 0.0_f64);
    let mut before = f64::INFINITY;
    for (i, &size) in sizes.iter().enumerate() {
        let size = size as f64 * scale;
        (sum, smallest, biggest) = (sum + size, smallest.min(size), biggest.max(size));
        let now = worst(sum, smallest, biggest);
        if i > 0 && now > before {
            return i;
        }
        before = now;
    }
    sizes.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sizes() -> impl Strategy<Value = Vec<u64>> {
        let size = prop_oneof![1u64..20, 1u64..1_000_000, 1u64..u64::MAX];
        proptest::collection::vec(size, 1..60)
    }

    fn area() -> impl Strategy<Value = Rect> {
        (0u16..50, 0u16..50, 1u16..200, 1u16..70).prop_map(|(x, y, width, height)| Rect {
            x,
            y,
            width,
            height,
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_cell_belongs_to_exactly_one_tile(sizes in sizes(), area in area()) {
            let tiles = squarify(&sizes, area);
            prop_assert_eq!(tiles.len(), sizes.len());
            let mut covered = vec![0; area.area() as usize];
            for tile in &tiles {
                if !tile.is_empty() {
                    prop_assert_eq!(tile.intersection(area), *tile, "outside of the area");
                }
                for cell in tile.positions() {
                    let (x, y) = (usize::from(cell.x - area.x), usize::from(cell.y - area.y));
                    covered[y * usize::from(area.width) + x] += 1;
                }
            }
            prop_assert!(covered.iter().all(|&times| times == 1), "gaps or overlaps");
        }

        #[test]
        #[expect(clippy::cast_precision_loss, reason = "compared with room for rounding")]
        fn tiles_are_in_proportion_but_for_the_rounding_of_their_edges(sizes in sizes(), area in area()) {
            let whole: f64 = sizes.iter().map(|&size| size as f64).sum();
            for (tile, &size) in squarify(&sizes, area).iter().zip(&sizes) {
                let exact = size as f64 / whole * f64::from(area.area());
                let (width, height) = (f64::from(tile.width), f64::from(tile.height));
                let least = (width - 1.0).max(0.0) * (height - 1.0).max(0.0);
                let most = (width + 1.0) * (height + 1.0);
                prop_assert!(least - 0.01 <= exact && exact <= most + 0.01, "{tile:?} for {exact} cells");
            }
        }

        #[test]
        fn the_same_sizes_get_nearly_square_tiles(number in 1usize..30) {
            let tiles = squarify(&vec![1; number], Rect::new(0, 0, 160, 80));
            for tile in tiles {
                let (width, height) = (f64::from(tile.width), f64::from(tile.height) * CELL_HEIGHT);
                prop_assert!(width / height < 4.0 && height / width < 4.0, "{tile:?} of {number}");
            }
        }
    }

    #[test]
    fn the_paper_s_example_is_laid_out_as_in_the_paper() {
        let tiles = squarify(&[6, 6, 4, 3, 2, 2, 1], Rect::new(0, 0, 60, 20));
        assert_eq!(tiles[0], Rect::new(0, 0, 30, 10));
        assert_eq!(tiles[1], Rect::new(0, 10, 30, 10));
        assert_eq!(tiles[2], Rect::new(30, 0, 17, 12));
    }

    #[test]
    fn nothing_is_divided_into_nothing() {
        assert_eq!(squarify(&[], Rect::new(0, 0, 9, 9)), []);
        assert!(squarify(&[0, 0], Rect::ZERO).iter().all(|tile| tile.is_empty()));
    }
}
