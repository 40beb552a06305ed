"""The part of the page where a reader gives what they have and asks for the check.

Knows the ids that `program/view.js` works with. Until that program has run the page
says that nothing was checked, in red: a program that was changed is never run.
"""

from html import escape

from affidavit.attest.certificate.words import Words

SLOTS = ("key", "entries", "older")


def check(words: Words) -> str:
    """The form, and where its answer will stand."""
    slots = "".join(
        f'<li id="slot-{name}">{escape(getattr(words, f"slot_{name}"))}</li>'
        for name in SLOTS
    )
    return (
        '<section class="check" aria-labelledby="check-title">'
        f'<h2 id="check-title">{escape(words.check)}</h2>'
        f'<p class="small" id="how">{escape(words.how)}</p>'
        f'<label for="key">{escape(words.key)}</label>'
        '<textarea id="key" rows="2" autocomplete="off" spellcheck="false" '
        'aria-describedby="how"></textarea>'
        f'<ul class="slots">{slots}</ul><div class="pick">'
        '<button id="verify" type="button">'
        f"{escape(words.verify)}</button>"
        f'<label class="file">{escape(words.folder)}…<input type="file" id="folder" '
        'webkitdirectory="" multiple=""></label>'
        f'<label class="file">{escape(words.files)}…<input type="file" id="files" '
        'multiple=""></label>'
        f'<span class="small"><span id="taken">0</span> {escape(words.taken)}</span>'
        '</div><progress id="meter" hidden="" max="1" value="0" '
        f'aria-label="{escape(words.check)}"></progress>'
        f'<p id="result" class="bad" role="status">{escape(words.not_run)}</p>'
        '<ul id="checks"></ul></section>'
    )
