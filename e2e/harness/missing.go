package harness

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/db/pgtest"
)

// Missing skips a test for what the machine does not have; where CI=true it fails.
func Missing(t testing.TB, what string) { t.Helper(); pgtest.Missing(t, what) }
