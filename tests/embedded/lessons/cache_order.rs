//! Sources before modules, and modules before sources.

use crate::embedded::shown::Shown;

#[test]
fn the_order_that_keeps_the_cache_is_named_where_it_is_asked_for_and_not_kept() {
    let order = "copy go.mod go.sum";
    let asked = Shown::of("cache-order").fixed_for_cache();
    assert!(asked.contains(order), "{asked}");
    assert!(
        !asked.contains("-RUN go mod download"),
        "what saves no bytes changes nothing:\n{asked}"
    );
    let unasked = Shown::of("cache-order").fixed();
    assert!(!unasked.contains(order), "{unasked}");
    let kept = Shown::of("cache-order-kept").fixed_for_cache();
    assert!(!kept.contains(order) && !kept.contains("--- Dockerfile\n"), "{kept}");
}

#[test]
fn both_orders_ship_the_same() {
    let totals = |name| Shown::of(name).inspection.totals;
    assert_eq!(totals("cache-order").size, totals("cache-order-kept").size);
    assert_eq!((totals("cache-order").wasted(), totals("cache-order-kept").wasted()), (0, 0));
}
