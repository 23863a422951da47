package web

import (
	"compress/gzip"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/alexedwards/scs/v2/memstore"
	"github.com/labstack/echo/v4"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
)

func TestPagesAreCompressedWhereTheBrowserTakesThat(t *testing.T) {
	t.Parallel()
	e := echo.New()
	show := func(body string) func(*Context) error {
		return func(c *Context) error { return c.Render(text(body)) }
	}
	long := strings.Repeat("a row of a table. ", 1000)
	err := Mount(e, []Route{
		{Method: "GET", Path: "/long", Name: "long.show", Guard: Open, Handle: show(long)},
		{Method: "GET", Path: "/short", Name: "short.show", Guard: Open, Handle: show("hello")},
	}, Deps{PublicURL: "http://127.0.0.1", Sessions: memstore.NewWithCleanupInterval(0), People: &house{}, Clock: clock.System{},
		IDs: id.NewSource(clock.System{}.Now, nil), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		path, accept string
		zipped       bool
	}{
		{"/long", "br, gzip, deflate", true}, {"/long", "br", false}, {"/long", "", false}, {"/short", "gzip", false},
	} {
		r := httptest.NewRequest(http.MethodGet, tt.path, nil)
		r.Header.Set("Accept-Encoding", tt.accept)
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		if got := w.Header().Get("Content-Encoding") == "gzip"; got != tt.zipped {
			t.Errorf("%s for %q: compressed %v", tt.path, tt.accept, got)
		}
		if !strings.Contains(strings.Join(w.Header().Values("Vary"), ","), "Accept-Encoding") {
			t.Errorf("%s for %q: caches are not told that the answer varies", tt.path, tt.accept)
		}
		if !tt.zipped {
			continue
		}
		if w.Body.Len() > 1000 {
			t.Errorf("%d bytes are left of %d", w.Body.Len(), len(long))
		}
		z, err := gzip.NewReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(z); err != nil || !strings.Contains(string(body), long) {
			t.Errorf("the compressed page is another one (%v)", err)
		}
	}
}
