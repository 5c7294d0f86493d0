//! Dockerfiles as people write them: what `layerscope fix` changes in them builds, works, and has
//! the size that was predicted.
//!
//! `tests/advice/cases` has a directory for each: the Dockerfile and its context, `test.sh IMAGE`,
//! which tells whether the image works and begins with what the case is about, and sometimes
//! `prepare.sh`, which makes the rest of the context.
//!
//! Skipped unless `LAYERSCOPE_ENGINE` names Docker. It needs root, debootstrap, Debian's mirrors,
//! PyPI, npm's registry, and some 10 GB. Base images that the engine does not have are made of
//! Debian's packages. `LAYERSCOPE_CASE` picks cases by a part of their names. `LAYERSCOPE_UPDATE=1`
//! writes the table of the manual anew.

mod bases;
mod cases;
mod table;
