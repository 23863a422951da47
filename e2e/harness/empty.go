package harness

import (
	"path/filepath"
	"strings"
	"testing"
)

// Empty serves on an empty data directory, as make run does: nobody has signed up, the sandbox may be called. It fails
// the test if the server does not print where to sign up.
func Empty(t testing.TB) *Gateway { t.Helper(); return empty(t, "127.0.0.1") }

// Named is Empty, reached by a host name: passkeys are bound to one.
func Named(t testing.TB) *Gateway { t.Helper(); return empty(t, "localhost") }

func empty(t testing.TB, host string) *Gateway {
	t.Helper()
	g := &Gateway{Dir: filepath.Join(t.TempDir(), "data"), addr: FreeAddress(t)}
	g.URL = "http://" + strings.Replace(g.addr, "127.0.0.1", host, 1)
	g.env = append(base(t), "BODHI_DATA_DIR="+g.Dir, "BODHI_ADDR="+g.addr, "BODHI_PUBLIC_URL="+g.URL, "BODHI_EGRESS_ALLOW_PRIVATE=127.0.0.0/8,::1/128")
	g.Serve(t)
	Wait(t, "the line with the sign-up URL", func() bool { return strings.Contains(g.process.out.String(), g.URL+"/sign-up") })
	return g
}

// Binary is the path of the program under test, for tests that run it in their own way.
func Binary(t testing.TB) string { t.Helper(); return path(t) }
