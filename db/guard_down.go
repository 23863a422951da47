//go:build onewall

package db

import "testing"

// standing lowers the guard and row-level security, so that the tenant walk shows what the stores' own conditions hold. Only
// a test can be made with this tag.
func standing() walls {
	if !testing.Testing() {
		panic("db: the build tag onewall is for tests")
	}
	return walls{noGuard: true, noRowSecurity: true}
}
