//! What a dynamic program still needs from scratch.

use layerscope::runtime::libraries::Loader;

use crate::embedded::shown::Shown;

#[test]
fn what_the_loader_needs_is_found_and_nothing_else() {
    let image = Shown::of("dynamic");
    let needed = image.needed();
    let paths: Vec<_> =
        needed.files.iter().map(|required| image.shown(required.file.node)).collect();
    let expected = [
        "/opt/hello/bin/hello",
        "/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2",
        "/opt/hello/lib/libgreeting.so.2.1",
        "/usr/lib/x86_64-linux-gnu/libpthread.so.0",
        "/usr/lib/x86_64-linux-gnu/libc.so.6",
        "/usr/lib/x86_64-linux-gnu/libsqlite3.so.0.8.6",
        "/usr/lib/x86_64-linux-gnu/libm.so.6",
        "/usr/lib/x86_64-linux-gnu/libdl.so.2",
    ];
    assert_eq!(paths, expected);
    assert_eq!((needed.loader, needed.is_complete()), (Loader::Glibc, true));
    assert!(needed.remarks.is_empty(), "{:?}", needed.remarks);
    let outside: Vec<_> = needed.needs.iter().map(|outside| outside.kind.name()).collect();
    assert_eq!(outside, ["lookups of hosts and users"]);
}
