package egress_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/egress"
)

// What libraries are given follows no redirect: a provider that names another place does not get there what was meant for the first.
func TestLibrariesFollowNoRedirect(t *testing.T) {
	t.Parallel()
	elsewhere := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/elsewhere" {
			elsewhere++
		}
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
		if r.Header.Get("Cookie") != "" {
			t.Error("a cookie was kept")
		}
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	}))
	t.Cleanup(s.Close)
	out := &http.Transport{}
	t.Cleanup(out.CloseIdleConnections)
	for name, c := range map[string]*http.Client{"bound": egress.Client(t.Context(), out), "patient": egress.Library(out, time.Minute)} {
		for range 2 {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL, nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := c.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if resp.StatusCode != http.StatusTemporaryRedirect {
				t.Errorf("%s: %d", name, resp.StatusCode)
			}
		}
	}
	if elsewhere != 0 {
		t.Errorf("%d requests went where the redirect led", elsewhere)
	}
}

// A library's request ends with whoever waits for it, whatever context the library made up.
func TestALibrarysRequestEndsWithItsAsker(t *testing.T) {
	t.Parallel()
	ctx, gone := context.WithCancel(t.Context())
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		gone()
		<-r.Context().Done()
	}))
	t.Cleanup(s.Close)
	out := &http.Transport{}
	t.Cleanup(out.CloseIdleConnections)
	req, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodGet, s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := egress.Client(ctx, out).Do(req); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", resp, err)
	}
}
