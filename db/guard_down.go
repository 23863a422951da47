//go:build onewall

package db

import "testing"

// standing lowers the guard and row-level security, so that the tenant walk shows what the stores' own conditions hold. Only
// a test can be made with this tag: another program keeps its walls.
func standing() walls {
	return walls{noGuard: testing.Testing(), noRowSecurity: testing.Testing()}
}
