//! Sources before modules, and modules before sources.

use crate::embedded::shown::Shown;

#[test]
fn the_order_that_keeps_the_cache_is_proposed_where_it_is_not_kept() {
    let fixed = Shown::of("cache-order").fixed();
    assert!(fixed.contains("+COPY go.mod go.sum ./\n+RUN go mod download\n"), "{fixed}");
    assert!(fixed.contains("-RUN go mod download\n"), "{fixed}");
    let kept = Shown::of("cache-order-kept").fixed();
    assert!(!kept.contains("--- Dockerfile\n"), "the Dockerfile changes:\n{kept}");
}

#[test]
fn both_orders_ship_the_same() {
    let totals = |name| Shown::of(name).inspection.totals;
    assert_eq!(totals("cache-order").shipped, totals("cache-order-kept").shipped);
    assert_eq!((totals("cache-order").dead(), totals("cache-order-kept").dead()), (0, 0));
}
