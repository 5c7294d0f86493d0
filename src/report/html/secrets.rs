//! The secrets, before everything else: who can read them, how, and what to do. Values are masked.

use maud::{Markup, html};

use super::Subject;
use super::changes::layer;
use super::graphics::prose;
use crate::LayerIndex;
use crate::display::{Escaped, plural};
use crate::recorded::SecretRecord;
use crate::tree::Reason;

/// The most secrets that are shown in full.
const SECRETS: usize = 200;

/// Makes the section; `None` if none were found or searched.
pub fn secrets(subject: &Subject<'_>) -> Option<Markup> {
    let secrets = subject.document.secrets.as_ref()?;
    let headline = secrets.headline()?;
    let more = secrets.found.len().saturating_sub(SECRETS);
    Some(html! {
        p { strong { (headline) } }
        @for secret in secrets.found.iter().take(SECRETS) { (in_full(subject, secret)) }
        @if more > 0 { p .note { "and " (plural(more, "more secret")) } }
        @if let Some(text) = secrets.not_searched() { p .note { (text) } }
    })
}

fn in_full(subject: &Subject<'_>, secret: &SecretRecord) -> Markup {
    let what = prose(&secret.fix.what);
    let lines = secret.fix.lines();
    let removed = format!("{} in", Reason::past_of(secret.reason));
    let places = [("added in", secret.layer), (&*removed, secret.removed_in)];
    html! {
        article .finding {
            h4 {
                span .amount .bad { (secret.what) }
                " in " code { (secret.whereabouts()) }
            }
            dl {
                dt { "value" } dd { code { (secret.masked) } " (masked)" }
                @for (word, index) in places {
                    @if let Some(index) = index.filter(|&it| it < subject.inspection.layers.len()) {
                        (layer(subject, word, LayerIndex::new(index)))
                    }
                }
                dt { "why" } dd { (prose(&secret.why)) }
                @if let Some(see) = &secret.see { dt { "see" } dd { code { (see) } } }
                dt { "now" } dd { (secret.revocation()) }
                dt { "fix" }
                dd .fix {
                    p { (what) }
                    @if !lines.is_empty() { pre tabindex="0" { code { (Escaped::join(lines, "\n")) } } }
                }
            }
        }
    }
}
