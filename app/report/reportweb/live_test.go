package reportweb_test

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
)

// following is a browser's open stream of live rows.
type following struct {
	t     *testing.T
	lines chan string
	close context.CancelFunc
	ended chan struct{}
}

func (s *scene) follow(t *testing.T, base string, m org.Member, query string) *following {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/requests/live"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	q.AddCookie(webtest.As(t, s.site, m).Cookie())
	q.Header.Set("Accept", "text/event-stream")
	p, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	if p.StatusCode != http.StatusOK || p.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%d %s", p.StatusCode, p.Header)
	}
	f := &following{t: t, lines: make(chan string, 100), close: cancel, ended: make(chan struct{})}
	go func() {
		defer close(f.ended)
		defer func() { _ = p.Body.Close() }()
		for in := bufio.NewScanner(p.Body); in.Scan(); {
			f.lines <- in.Text()
		}
	}()
	t.Cleanup(cancel)
	return f
}

// tells waits for a line that holds a text and fails on one that must not come before.
func (f *following) tells(text, never string) {
	f.t.Helper()
	late := time.After(30 * time.Second)
	for {
		select {
		case line := <-f.lines:
			if never != "" && strings.Contains(line, never) {
				f.t.Fatalf("it tells %q", line)
			}
			if strings.Contains(line, text) {
				return
			}
		case <-late:
			f.t.Fatalf("it does not tell %q", text)
		}
	}
}

func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	late, look := time.After(30*time.Second), time.NewTicker(5*time.Millisecond)
	defer look.Stop()
	for !done() {
		select {
		case <-look.C:
		case <-late:
			t.Fatalf("never: %s", what)
		}
	}
}

func TestRequestsAreFollowedLive(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	server := httptest.NewServer(s.site)
	defer server.Close()
	lead, developer := s.key(t, "lead's", org.Lead), s.key(t, "dev's", org.Developer)
	before := s.answered(t, lead, 1).String()
	globex := s.house.Found(t, "Globex")
	all := s.follow(t, server.URL, s.acme.Members[org.Admin], "?status=&range=hour")
	refusals := s.follow(t, server.URL, s.acme.Members[org.Lead], "?status=refused")
	own := s.follow(t, server.URL, s.acme.Members[org.Developer], "")
	strangers := s.follow(t, server.URL, globex.Members[org.Admin], "")
	if viewers, orgs := s.tail.Viewers(); viewers != 4 || orgs != 2 {
		t.Errorf("%d viewers in %d organizations", viewers, orgs)
	}
	all.tells("following", "")
	good := s.answered(t, lead, 1).String()
	bad := s.refused(t, developer, "no").String()
	all.tells(bad, before)
	refusals.tells(bad, good)
	own.tells(bad, good)
	if p := webtest.As(t, s.site, s.acme.Members[org.Admin]).Get("/requests/live?status=refused"); p.Status != http.StatusSeeOther || p.Location != "/requests?status=refused" {
		t.Errorf("without an event source: %d to %q", p.Status, p.Location)
	}
	if p := webtest.As(t, s.site, s.acme.Members[org.Admin]).Get("/requests/live?colour=red"); p.Status < 400 || p.Status >= 500 {
		t.Errorf("a filter that there is not: %d", p.Status)
	}
	// Whoever left is shown nothing more, and their stream ends.
	if err := s.house.Identity.RemoveMember(t.Context(), s.acme.Actor(org.Admin), s.acme.Members[org.Developer].ID); err != nil {
		t.Fatal(err)
	}
	select {
	case <-own.ended:
	case <-time.After(30 * time.Second):
		t.Error("the stream of somebody who left goes on")
	}
	for len(strangers.lines) > 0 {
		if line := <-strangers.lines; strings.Contains(line, "req_") {
			t.Errorf("another organization reads %q", line)
		}
	}
	for _, f := range []*following{all, refusals, strangers} {
		f.close()
	}
	eventually(t, "closed tabs free what they held", func() bool {
		viewers, orgs := s.tail.Viewers()
		return viewers == 0 && orgs == 0
	})
}

func TestAProcessThatStopsWaitsForNoViewer(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	server := httptest.NewServer(s.site)
	defer server.Close()
	f := s.follow(t, server.URL, s.acme.Members[org.Admin], "")
	f.tells("following", "")
	s.tail.Close()
	select {
	case <-f.ended:
	case <-time.After(30 * time.Second):
		t.Error("the stream goes on")
	}
	if p := webtest.As(t, s.site, s.acme.Members[org.Admin]).Get("/requests"); p.Status != http.StatusOK || !p.Has("data-tail=") {
		t.Errorf("the list: %d", p.Status)
	}
}
