// Package docs carries pages of the documentation in the binary: the gateway serves its own list of errors, so a problem's
// type leads somewhere on an installation without a way to the internet too.
package docs

import _ "embed" // for Errors

// Errors is reference/errors.md. A test holds it to list every code that the program answers with.
//
//go:embed reference/errors.md
var Errors string
