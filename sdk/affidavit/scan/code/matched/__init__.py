"""JavaScript, TypeScript, Go and Java, by a matcher that reads all of them."""
