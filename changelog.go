// Package bodhi carries the changelog in the binary, for the page that says what is new. It lies beside the file, as files above
// cannot be embedded.
package bodhi

import _ "embed"

// Changelog is CHANGELOG.md.
//
//go:embed CHANGELOG.md
var Changelog string
