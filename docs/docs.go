// Package docs carries the documentation in the binary: the gateway serves its own manual and its list of errors, so that a problem's
// type leads somewhere on an installation without a way to the internet too.
package docs

import "embed"

// Errors is reference/errors.md. A test holds it to list every code that the program answers with.
//
//go:embed reference/errors.md
var Errors string

// Pages are all pages, as they lie here: README.md, how-to/keys.md.
//
//go:embed *.md how-to/*.md reference/*.md explanation/*.md
var Pages embed.FS
