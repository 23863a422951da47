//go:build !unix

package gatewaytest

import "testing"

// hole refuses where nobody has said how to fill a listener's queue.
func hole(t testing.TB, k *Kind, f Fault) *Upstream { return refusing(t, k, f) }
