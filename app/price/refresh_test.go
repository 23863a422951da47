package price_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/price"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// source is a web server with a price list.
type source struct {
	status     int
	body, etag string
	err        error
	asked      string // If-None-Match of the last request
}

func (s *source) RoundTrip(r *http.Request) (*http.Response, error) {
	s.asked = r.Header.Get("If-None-Match")
	if s.err != nil {
		return nil, s.err
	}
	resp := &http.Response{StatusCode: s.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(s.body)), Request: r}
	if s.etag != "" && s.asked == s.etag {
		resp.StatusCode, resp.Body = http.StatusNotModified, http.NoBody
	}
	resp.Header.Set("ETag", s.etag)
	return resp, nil
}

func list(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile("../catalog/prices.json")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestARefreshIsJudgedAsAWhole(t *testing.T) {
	t.Parallel()
	whole := list(t)
	cheaper := strings.Replace(whole, `"input_mtok":5,"cache_read_mtok":0.5,"output_mtok":30}`, `"input_mtok":4,"cache_read_mtok":0.4,"output_mtok":24}`, 1)
	if cheaper == whole {
		t.Fatal("the fixture no longer has gpt-5.5's price")
	}
	providers := whole[strings.Index(whole, `"providers":`)+len(`"providers":`) : len(whole)-1]
	for _, x := range []struct {
		name    string
		source  source
		verdict price.Verdict
		message string
	}{
		{"a new price", source{status: 200, body: cheaper}, price.Accepted, "1 with another price"},
		{"as the source publishes it, a bare list", source{status: 200, body: strings.TrimSuffix(strings.TrimSpace(providers), "}")}, price.Accepted, "0 with another price"},
		{"the same again", source{status: 200, body: whole}, price.Accepted, "0 new, 0 gone"},
		{"half a file", source{status: 200, body: whole[:len(whole)/2]}, price.Refused, "cannot be read"},
		{"an empty file", source{status: 200}, price.Refused, "cannot be read"},
		{"a page instead of a file", source{status: 200, body: "<html>"}, price.Refused, "cannot be read"},
		{"a model with a negative price", source{status: 200, body: strings.Replace(whole, `"input_mtok":5,`, `"input_mtok":-5,`, 1)}, price.Refused, "out of range"},
		{"most models gone", source{status: 200, body: `{"providers":[{"id":"openai","name":"OpenAI","models":[{"id":"gpt-5.5","match":{"equals":"gpt-5.5"},"prices":{"input_mtok":5}}]}]}`}, price.Refused, "are gone"},
		{"prices per thousand instead of per million", source{status: 200, body: strings.ReplaceAll(whole, `"input_mtok":`, `"input_mtok":0.0000`)}, price.Refused, ""},
		{"a server that fails", source{status: 500}, price.Failed, "status 500"},
		{"a server that redirects", source{status: 302}, price.Failed, "status 302"},
		{"a server that is away", source{err: errors.New("no route to host")}, price.Failed, "no route to host"},
		{"a file that never ends", source{status: 200, body: strings.Repeat(" ", 17<<20)}, price.Failed, "larger than 16 MiB"},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			d := dbtest.SQLite(t)
			r, keep := newRefresher(d, &x.source)
			if err := r.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			last, ok, err := keep.Last(t.Context())
			if err != nil || !ok || last.Verdict != x.verdict || !strings.Contains(last.Message, x.message) {
				t.Errorf("%+v, %v", last, err)
			}
		})
	}
}

func newRefresher(d *db.DB, out http.RoundTripper) (*price.Refresher, *db.RefreshStore) {
	now := clock.NewFake(time.Date(2026, 9, 1, 5, 0, 0, 0, time.UTC))
	keep := db.NewRefreshStore(d, id.NewSource(now.Now, nil))
	return &price.Refresher{URL: "https://prices.example.com/data.json", Out: out, Keep: keep, Shelf: price.NewShelf(catalog.BuiltIn()),
		Bus: &live.Local{}, Clock: now, Log: slog.New(slog.DiscardHandler)}, keep
}

func TestTheLastGoodListStaysThroughBadOnes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		whole := list(t)
		from := &source{status: 200, etag: `"v1"`, body: strings.Replace(whole, `"input_mtok":5,"cache_read_mtok":0.5,"output_mtok":30}`, `"input_mtok":4,"cache_read_mtok":0.4,"output_mtok":24}`, 1)}
		r, keep := newRefresher(d, from)
		floor := r.Shelf.Catalog()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		heard := r.Bus.Subscribe(ctx)
		look := func() {
			t.Helper()
			if err := r.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			r.Clock.(*clock.Fake).Advance(time.Hour)
			s, err := r.Read(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := r.Apply(s, floor); err != nil {
				t.Fatal(err)
			}
		}
		verdict := func(want price.Verdict) {
			t.Helper()
			if last, _, err := keep.Last(t.Context()); err != nil || last.Verdict != want || last.Body != nil {
				t.Errorf("verdict %q, want %q, %v", last.Verdict, want, err)
			}
			q, ok := r.Shelf.Quote("openai", "gpt-5.5", august)
			if usd, _ := cost(t, q, ok); usd != "4" {
				t.Errorf("after %q a million tokens cost %s", want, usd)
			}
		}
		look()
		verdict(price.Accepted)
		if topic := <-heard; topic != price.CatalogTopic {
			t.Errorf("the bus said %q", topic)
		}
		look()
		if verdict(price.Unchanged); from.asked != `"v1"` {
			t.Errorf("asked with %q", from.asked)
		}
		from.etag, from.body = `"v2"`, "[]"
		look()
		verdict(price.Refused)
		from.err = errors.New("away")
		look()
		verdict(price.Failed)
		r.URL = "" // switched off: the built-in list again
		look()
		if r.Shelf.Catalog() != floor {
			t.Error("the built-in list is not back")
		}
	})
}

func TestANewerProgramsListBeatsAnOlderFetch(t *testing.T) {
	t.Parallel()
	r, _ := newRefresher(dbtest.SQLite(t), &source{})
	floor := r.Shelf.Catalog()
	body := []byte(strings.Replace(list(t), `"input_mtok":5,`, `"input_mtok":4,`, 1))
	made, _ := floor.Made()
	if changed, err := r.Apply(price.Snapshot{At: made.Add(-time.Hour), Body: body}, floor); err != nil || changed {
		t.Errorf("an older fetch is in use: %v, %v", changed, err)
	}
	if changed, err := r.Apply(price.Snapshot{At: made, Body: body}, floor); err != nil || !changed {
		t.Errorf("a newer fetch is not in use: %v, %v", changed, err)
	}
	if changed, err := r.Apply(price.Snapshot{At: made, Body: []byte("[]")}, floor); err == nil || changed {
		t.Error("a broken one was taken")
	}
}
