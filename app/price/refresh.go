package price

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// CatalogTopic is published when another catalogue is in use: read it again.
const CatalogTopic live.Topic = "catalog"

// Verdict is how a refresh ended.
type Verdict string

// The verdicts.
const (
	Accepted  Verdict = "accepted"  // a new catalogue is in use
	Unchanged Verdict = "unchanged" // the source has nothing new
	Refused   Verdict = "refused"   // the source's catalogue cannot be true; the one before stays
	Failed    Verdict = "failed"    // the source could not be read; the one before stays
)

// Refresh is one look at the source of prices.
type Refresh struct {
	At      time.Time `json:"at"`
	Source  string    `json:"source"`
	Verdict Verdict   `json:"verdict"`
	Message string    `json:"message"`        // a sentence for people
	Version string    `json:"version"`        // of what was fetched, "" if nothing was
	ETag    string    `json:"etag"`           // the source's name for what was taken into use
	Body    []byte    `json:"body,omitempty"` // the catalogue, of an accepted one
}

// Refreshes keeps what refreshes found. It belongs to the installation, not to a tenant.
type Refreshes interface {
	// Append keeps a refresh, and drops those that are old.
	Append(ctx context.Context, r Refresh) error
	// Last is the latest refresh without its body; false if there was none.
	Last(ctx context.Context) (Refresh, bool, error)
	// InUse is the latest accepted one with its body; false if there was none.
	InUse(ctx context.Context) (Refresh, bool, error)
}

// Refresher fetches the catalogue from its source, judges it as a whole, and lets all nodes know of a new one. The
// built-in catalogue is the floor: whatever happens, there are prices.
type Refresher struct {
	URL   string // empty is off
	Out   http.RoundTripper
	Keep  Refreshes
	Shelf *Shelf
	Bus   live.Bus
	Clock clock.Clock
	Log   *slog.Logger
	// Changed finds whom a catalogue concerns that is about to be taken into use, and gives what tells them: that runs in the
	// transaction of Tx that takes it, so that both happen or neither, and the next refresh tries again. A nil Changed tells nobody.
	Changed func(ctx context.Context, before, after *catalog.Catalog) (tell func(ctx context.Context) error, err error)
	Tx      work.Tx
}

const (
	maxCatalog   = 16 << 20
	fetchTimeout = 60 * time.Second
)

// Run looks once. What the source gets wrong is kept as a verdict and is no error; an error is our own failure.
func (r *Refresher) Run(ctx context.Context) error {
	if r.URL == "" {
		return nil
	}
	inUse, _, err := r.Keep.InUse(ctx)
	if err != nil {
		return fmt.Errorf("price: refresh: %w", err)
	}
	found := Refresh{At: r.Clock.Now().UTC(), Source: r.URL}
	body, etag, err := r.fetch(ctx, inUse)
	switch {
	case err != nil:
		found.Verdict, found.Message = Failed, sentence(err)
	case body == nil || len(body) > 0 && bytes.Equal(body, inUse.Body):
		found.Verdict, found.Message, found.Version, found.ETag = Unchanged, "The source has nothing new.", inUse.Version, inUse.ETag
	default:
		r.judge(&found, body, etag)
	}
	if err := r.keep(ctx, found); err != nil {
		return fmt.Errorf("price: refresh: %w", err)
	}
	if found.Verdict == Refused || found.Verdict == Failed {
		r.Log.WarnContext(ctx, "prices were not refreshed", "verdict", string(found.Verdict), "reason", found.Message)
	}
	if found.Verdict == Accepted {
		return r.Bus.Publish(ctx, CatalogTopic)
	}
	return nil
}

// keep writes down what was found, and tells whom it concerns.
func (r *Refresher) keep(ctx context.Context, found Refresh) error {
	if found.Verdict != Accepted || r.Changed == nil {
		return r.Keep.Append(ctx, found)
	}
	after, err := catalog.Load(found.Body)
	if err != nil {
		return err
	}
	tell, err := r.Changed(ctx, r.Shelf.Catalog(), after)
	if err != nil {
		return err
	}
	return r.Tx.Do(ctx, func(ctx context.Context) error {
		if err := r.Keep.Append(ctx, found); err != nil {
			return err
		}
		return tell(ctx)
	})
}

func (r *Refresher) judge(found *Refresh, body []byte, etag string) {
	next, err := catalog.Load(body)
	if err != nil {
		found.Verdict, found.Message = Refused, "The file cannot be read as a price list: "+clip(err.Error(), 300)
		return
	}
	found.Version = next.Version()
	change, err := catalog.Compare(r.Shelf.Catalog(), next, found.At)
	if err != nil {
		found.Verdict, found.Message = Refused, sentence(err)
		return
	}
	found.Verdict, found.Message, found.ETag, found.Body = Accepted, change.Sentence(), etag, body
}

// fetch asks the source. A nil body means that it has nothing newer than what is in use.
func (r *Refresher) fetch(ctx context.Context, inUse Refresh) (body []byte, etag string, err error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL, nil)
	if err != nil {
		return nil, "", err
	}
	q.Header.Set("Accept", "application/json")
	if inUse.ETag != "" && inUse.Source == r.URL {
		q.Header.Set("If-None-Match", inUse.ETag)
	}
	resp, err := r.Out.RoundTrip(q)
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	switch resp.StatusCode {
	case http.StatusNotModified:
		return nil, "", nil
	case http.StatusOK:
	default:
		return nil, "", fmt.Errorf("the source answered with status %d", resp.StatusCode)
	}
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxCatalog+1))
	if err != nil {
		return nil, "", err
	}
	if len(body) > maxCatalog {
		return nil, "", fmt.Errorf("the file is larger than %d MiB", maxCatalog>>20)
	}
	if body == nil {
		body = []byte{}
	}
	return body, clip(resp.Header.Get("ETag"), 200), nil
}

// Snapshot is what a node needs to put the right catalogue on its shelf.
type Snapshot struct {
	At   time.Time `json:"at,omitzero"`
	Body []byte    `json:"body,omitempty"` // nil is the built-in one
}

// Read reads the catalogue in use, for a live.Mirror.
func (r *Refresher) Read(ctx context.Context) (Snapshot, error) {
	inUse, there, err := r.Keep.InUse(ctx)
	if err != nil || !there || r.URL == "" {
		return Snapshot{}, err
	}
	return Snapshot{At: inUse.At, Body: inUse.Body}, nil
}

// Apply puts a snapshot on the shelf. It tells whether the shelf holds another catalogue now. One that was fetched before
// the built-in one was made gives way to it: the program was updated since.
func (r *Refresher) Apply(s Snapshot, floor *catalog.Catalog) (changed bool, err error) {
	next := floor
	if made, ok := floor.Made(); len(s.Body) > 0 && (!ok || !s.At.Before(made)) {
		if next, err = catalog.Load(s.Body); err != nil {
			return false, err
		}
	}
	if next.Version() == r.Shelf.Catalog().Version() {
		return false, nil
	}
	r.Shelf.Set(next)
	return true, nil
}

// sentence is an error for people.
func sentence(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Public
	}
	return "The source could not be read: " + clip(err.Error(), 300) + "."
}

func clip(s string, n int) string {
	if len(s) > n {
		return s[:n] + "…"
	}
	return s
}
