"""The certificate: a statement as one page that people read and that checks itself.

`page` puts it together, `charts` draws, `words` has five languages, `page.css` and
`verify.js` are what a browser runs. Nothing in it comes from elsewhere.
"""
