//! What still ships although a later step deleted it.

use layerscope::advice::findings::{Fate, Whose};
use layerscope::tree::Reason;

use super::built::{config, found, of_rule, on_debian, path, step, the};
use crate::support::build::{file, gone};

#[test]
fn what_is_deleted_in_a_later_step_says_which_two_steps_to_merge() {
    let (inspection, study) = found(on_debian([
        step("RUN make-data", [file("opt/blob", 20_000_000)]),
        step("RUN rm /opt/blob", [gone("opt/blob")]),
    ]));
    let blob = the(&study, "deleted-later");
    assert_eq!(
        (blob.bytes, blob.added_in, blob.fate),
        (20_000_000, 1.into(), Fate::Gone { removed_in: 2.into() })
    );
    assert_eq!(path(&inspection, blob.places[0].node), "/opt/blob");
    assert!(
        blob.fix.what.starts_with("combine the RUN instructions of layers 1 and 2"),
        "{}",
        blob.fix.what
    );
    assert_eq!(blob.fix.dockerfile.as_deref(), Some("RUN make-data \\\n && rm /opt/blob"));
}

#[test]
fn a_rule_names_what_was_deleted() {
    let (_, study) = found(on_debian([
        step(
            "RUN apk add go",
            [
                file("usr/lib/go/VERSION", 10),
                file("usr/lib/go/bin/go", 9_000_000),
                file("usr/bin/x", 100_000),
            ],
        ),
        step("RUN go build -o /app", [file("app", 100)]),
        step("RUN apk del go", [gone("usr/lib/go"), gone("usr/bin/x")]),
    ]));
    let sdk = the(&study, "go-sdk");
    assert_eq!(
        (sdk.bytes, sdk.added_in, sdk.fate, sdk.reason),
        (9_000_010, 1.into(), Fate::Gone { removed_in: 3.into() }, Some(Reason::Deleted))
    );
    assert!(
        sdk.fix.what.contains("combine the RUN instructions of layers 1 to 3"),
        "{}",
        sdk.fix.what
    );
    assert_eq!(the(&study, "apk-virtual").bytes, 100_000, "the rest of what the two steps did");
}

#[test]
fn a_mode_that_is_changed_later_is_given_to_the_copy() {
    let entry = || file("app/server", 1_000_000);
    let (_, study) = found(on_debian([
        step("COPY server /app/ # buildkit", [entry()]),
        step("RUN /bin/sh -c chmod 755 /app/server # buildkit", [entry().mode(0o755)]),
    ]));
    let chmod = the(&study, "chmod-copy");
    assert_eq!((chmod.bytes, chmod.reason), (1_000_000, Some(Reason::RewrittenUnchanged)));
    assert_eq!(chmod.fix.dockerfile.as_deref(), Some("COPY --chmod=755 server /app/"));
    let (_, study) = found(on_debian([
        step("COPY server /app/", [entry()]),
        step("RUN chown -R app:app /app && other", [entry().owner(7, 7)]),
    ]));
    assert_eq!(the(&study, "chmod-copy").fix.dockerfile, None, "the other command would be lost");
}

#[test]
fn what_ships_with_the_base_image_is_its_doing_even_if_a_later_step_deletes_it() {
    let base = [file("etc/debian_version", 5), file("var/lib/apt/lists/Packages", 900_000)];
    let (_, study) = found(vec![
        step("ADD rootfs.tar.xz / # buildkit", base),
        config("CMD [\"bash\"]"),
        step("RUN rm -rf /var/lib/apt/lists/*", [gone("var/lib/apt/lists/Packages")]),
    ]);
    let lists = the(&study, "apt-lists");
    assert_eq!((lists.whose, lists.fate), (Whose::Base, Fate::Gone { removed_in: 1.into() }));
    assert!(lists.fix.what.contains("base image"), "{}", lists.fix.what);
    assert_eq!(study.findings.len(), 1);
}

#[test]
fn every_transaction_ships_the_rpm_database_again() {
    let db = |byte| file("var/lib/rpm/rpmdb.sqlite", 5_000_000).filled_with(byte);
    let (_, study) = found(vec![
        step("COPY a /a", [file("a", 1)]),
        step("RUN dnf install -y a", [db(b'1')]),
        step("RUN dnf install -y b", [db(b'2')]),
        step("RUN dnf install -y c", [db(b'3')]),
    ]);
    let churn = of_rule(&study, "rpmdb-churn");
    assert_eq!(churn.len(), 2, "the last one is needed");
    assert!(churn.iter().all(|finding| finding.reason == Some(Reason::Overwritten)));
}

#[test]
fn a_few_dead_bytes_are_not_worth_a_word() {
    let (_, study) =
        found(on_debian([step("RUN a", [file("opt/a", 1000)]), step("RUN b", [gone("opt/a")])]));
    assert!(study.findings.is_empty());
}
