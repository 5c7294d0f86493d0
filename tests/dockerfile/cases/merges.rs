//! Instructions that are combined, or must not be.

use super::{BIG, Case};

pub(super) const MERGES: &[Case] = &[
    Case(
        "set -e",
        "RUN set -e; blob /opt/b; blob /c\nRUN rm /opt/b; true",
        &[BIG, "-opt/b"],
        &["+     (set -e; blob /opt/b; blob /c); \\", "+     (set +e; rm /opt/b; true)"],
    ),
    Case(
        "or",
        "RUN blob /opt/b || true\nRUN rm /opt/b || exit 0",
        &[BIG, "-opt/b"],
        &["+ RUN (blob /opt/b || true) \\", "+     && (rm /opt/b || exit 0)"],
    ),
    Case(
        "another directory",
        "RUN cd /opt && blob b\nRUN pwd > /pwd; rm -rf /opt/b",
        &[BIG, "pwd:2 -opt/b"],
        &["+ RUN (cd /opt && blob b) \\"],
    ),
    Case(
        "variables of the shell",
        "RUN X=1; export X; blob /opt/b\nRUN echo x$X > /x; rm /opt/b",
        &[BIG, "x:2 -opt/b"],
        &["+ RUN (X=1; export X; blob /opt/b) \\"],
    ),
    Case(
        "umask",
        "RUN umask 077; blob /opt/b\nRUN blob /opt/d; rm /opt/b",
        &[BIG, "opt/d:9 -opt/b"],
        &["+ RUN (umask 077; blob /opt/b) \\"],
    ),
    Case(
        "another user",
        "RUN blob /opt/b\nUSER nobody\nRUN id -u > /tmp/u\nUSER root\nRUN rm /opt/b",
        &[BIG, "tmp/u:6", "-opt/b"],
        &["same", "? line 2"],
    ),
    Case(
        "another directory of the build",
        "RUN blob opt/b\nWORKDIR /opt\nRUN rm b",
        &[BIG, "-opt/b"],
        &["same"],
    ),
    Case(
        "an argument that is read",
        "RUN blob /opt/b\nARG V=2\nRUN echo $V > /v; rm /opt/b",
        &[BIG, "v:2 -opt/b"],
        &["same"],
    ),
    Case(
        "another escape",
        "RUN blob /opt/b && `\n  true\nRUN rm /opt/b",
        &[BIG, "-opt/b"],
        &["same"],
    ),
    Case(
        "a copy that the second step reads",
        "RUN blob /opt/b\nCOPY i.sh /opt/\nRUN sh /opt/i.sh && rm /opt/b",
        &[BIG, "opt/i.sh=cat_/opt/b|", "done:5 -opt/b"],
        &["same", "? line 2"],
    ),
    Case(
        "a copy over what the first step wrote",
        "RUN blob /opt/b && mk /etc/conf\nCOPY conf /etc/conf\nRUN rm /opt/b",
        &["opt/ opt/b:400000 etc/conf:2", "etc/conf:3", "-opt/b"],
        &["same"],
    ),
    Case(
        "a semicolon at the end",
        "RUN blob /opt/b;\nRUN rm /opt/b;",
        &[BIG, "-opt/b"],
        &["- ; &&", "- ;;"],
    ),
    Case(
        "exit",
        "RUN blob /opt/b; exit 0\nRUN rm /opt/b",
        &[BIG, "-opt/b"],
        &["+ RUN (blob /opt/b; exit 0) \\"],
    ),
    Case(
        "exec",
        "RUN exec blob /opt/b\nRUN rm /opt/b",
        &[BIG, "-opt/b"],
        &["+ RUN (exec blob /opt/b) \\"],
    ),
    Case(
        "the background",
        "RUN blob /opt/b & c\nRUN rm /opt/b",
        &[BIG, "-opt/b"],
        &["same", "? background"],
    ),
    Case(
        "a loop",
        "RUN if true; then blob /opt/b; fi\nRUN for f in /opt/*; do rm $f; done",
        &[BIG, "-opt/b"],
        &["+ RUN (if true; then blob /opt/b; fi) \\"],
    ),
    Case("the exec form", "RUN [\"blob\", \"/opt/b\"]\nRUN rm /opt/b", &[BIG, "-opt/b"], &["same"]),
    Case(
        "a value that the path has",
        "ENV P=/opt/b\nRUN blob $P\nENV P=/opt/c\nRUN rm /opt/b; echo $P > /p",
        &[BIG, "p:7 -opt/b"],
        &["same"],
    ),
    Case(
        "PATH",
        "RUN blob /opt/b\nENV PATH=/opt/bin:$PATH\nRUN rm /opt/b",
        &[BIG, "-opt/b"],
        &["same"],
    ),
    Case(
        "another shell",
        "RUN blob /opt/b\nSHELL [\"/bin/bash\", \"-e\", \"-c\"]\nRUN true; rm /opt/b",
        &[BIG, "-opt/b"],
        &["same"],
    ),
    Case(
        "values that no command reads",
        "RUN blob /opt/b\nLABEL a=b\nEXPOSE 80\nCMD [\"x\"]\nRUN rm /opt/b",
        &[BIG, "-opt/b"],
        &["+ RUN blob /opt/b \\", "+     && rm /opt/b", "+ LABEL a=b"],
    ),
    Case("a volume", "RUN blob /opt/b\nVOLUME /opt\nRUN rm /opt/b", &[BIG, "-opt/b"], &["same"]),
    Case(
        "a function",
        "RUN f() { blob /opt/b; }; f\nRUN rm /opt/b",
        &[BIG, "-opt/b"],
        &["same", "? line 2"],
    ),
    Case(
        "a trap",
        "RUN trap 'mk /bye' EXIT; blob /opt/b\nRUN rm /opt/b",
        &[BIG, "-opt/b"],
        &["- EXIT; blob /opt/b \\"],
    ),
    Case(
        "braces",
        "RUN { blob /opt/b; cd /tmp; }\nRUN pwd > /p; rm /opt/b",
        &[BIG, "p:2 -opt/b"],
        &["+ RUN ({ blob /opt/b; cd /tmp; }) \\"],
    ),
    Case(
        "a redirection of all",
        "RUN exec > /log; blob /opt/b\nRUN echo b; rm /opt/b",
        &[BIG, "-opt/b"],
        &["+ RUN (exec > /log; blob /opt/b) \\"],
    ),
    Case(
        "quoted names",
        "RUN blob '/opt/a b'\nRUN rm '/opt/a b'",
        &[BIG, "-opt/b"],
        &["+     && rm '/opt/a b'"],
    ),
];
