//! What a dynamic program still needs from scratch.

use layerscope::runtime::libraries::Loader;

use crate::embedded::shown::Shown;

#[test]
fn what_the_loader_needs_is_found_and_nothing_else() {
    let image = Shown::of("dynamic");
    let closure = image.closure();
    let paths: Vec<_> = closure.files.iter().map(|required| image.shown(required.file.node)).collect();
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
    assert_eq!((closure.loader, closure.is_complete()), (Loader::Glibc, true));
    assert!(closure.remarks.is_empty(), "{:?}", closure.remarks);
    let outside: Vec<_> = closure.needs.iter().map(|outside| outside.kind.name()).collect();
    assert_eq!(outside, ["name service"]);
}
