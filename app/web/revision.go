package web

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// An ETag has two parts, "revision.bytes". The revision is what a change is made on: the thing's updated_at where it has one,
// because a budget's spending moves all the time without anybody changing the budget; else all its bytes. If-Match
// compares revisions, If-None-Match whole tags.

// read answers a GET: with an ETag, or with 304 where the client has the same.
func (s *server) read(c *Context, r *Route) error {
	h, err := c.hold(r.Handle)
	if err != nil {
		return err
	}
	tag := etag(h)
	if tag == "" {
		return c.send(h)
	}
	h.header.Set("ETag", tag)
	for _, have := range tags(c.Request().Header.Get("If-None-Match")) {
		if have == "*" || strings.TrimPrefix(have, "W/") == tag {
			h.status = http.StatusNotModified
			h.header.Del("Content-Type")
		}
	}
	return c.send(h)
}

// change answers PUT, PATCH and DELETE. Changes of one thing through the API take turns on this node, so that of two that
// were made on the same revision one is refused. A form on the dashboard saves what its person saw and does not ask.
func (s *server) change(c *Context, r *Route) error {
	defer s.turns.take(c.actor.Org.String() + " " + c.Request().URL.Path)()
	if want := tags(c.Request().Header.Get("If-Match")); len(want) > 0 {
		if err := s.unchanged(c, want); err != nil {
			return err
		}
	}
	h, err := c.hold(r.Handle)
	if err != nil {
		return err
	}
	tag := etag(h)
	if show := s.shown[c.route.Path]; tag != "" && show != nil && listingOf(*show) != nil {
		if now, err := c.read(show); err == nil { // the next change names what its GET says
			tag = etag(now)
		}
	}
	if tag != "" {
		h.header.Set("ETag", tag)
	}
	return c.send(h)
}

// read is the thing as its own GET shows it: a list has the same bytes only if it is cut as there.
func (c *Context) read(show *Route) (*held, error) {
	if err := c.actor.Require(show.Floor); err != nil {
		return nil, err
	}
	reader := *c
	reader.route, reader.listing = show, listingOf(*show)
	return reader.hold(show.Handle)
}

// unchanged reads the thing as its own GET shows it and compares revisions.
func (s *server) unchanged(c *Context, want []string) error {
	show := s.shown[c.route.Path]
	if show == nil {
		return fault.New(fault.Conflict, "no_revision", "This cannot be read, so it has no ETag. Leave If-Match out.")
	}
	h, err := c.read(show)
	if err != nil {
		return err
	}
	h.header.Del("Content-Type")
	now := etag(h)
	for _, tag := range want {
		if tag == "*" || revision(tag) == revision(now) {
			return nil
		}
	}
	return fault.New(fault.Conflict, "changed_since", "It was changed since you read it. Read it again, look at what is different, and send your change with the new ETag.")
}

// etag is the tag of a held answer, "" where it has none.
func etag(h *held) string {
	if h.status < 200 || h.status > 299 || h.body.Len() == 0 {
		return ""
	}
	whole := digest(h.body.Bytes())
	var thing struct {
		ID        string    `json:"id"`
		UpdatedAt time.Time `json:"updated_at"`
	}
	if err := json.Unmarshal(h.body.Bytes(), &thing); err != nil || thing.ID == "" || thing.UpdatedAt.IsZero() {
		return `"` + whole + "." + whole + `"`
	}
	// Databases keep microseconds; what was just written still has more.
	at := thing.UpdatedAt.UTC().Truncate(time.Microsecond).Format(time.RFC3339Nano)
	return `"` + digest([]byte(thing.ID+" "+at)) + "." + whole + `"`
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

func revision(tag string) string {
	rev, _, _ := strings.Cut(strings.Trim(strings.TrimPrefix(tag, "W/"), `"`), ".")
	return rev
}

// tags are the entity tags of a header; ours have no commas in them.
func tags(header string) (out []string) {
	for _, t := range strings.Split(header, ",") {
		if t = strings.TrimSpace(t); t != "" {
			out = append(out, t)
		}
	}
	return out
}

// turns lets those who want the same thing through one by one.
type turns struct {
	mu      sync.Mutex
	waiting map[string]*turn
}

type turn struct {
	sync.Mutex
	n int
}

// take waits for the thing; the caller gives it back.
func (t *turns) take(name string) (back func()) {
	t.mu.Lock()
	if t.waiting == nil {
		t.waiting = map[string]*turn{}
	}
	w := t.waiting[name]
	if w == nil {
		w = &turn{}
		t.waiting[name] = w
	}
	w.n++
	t.mu.Unlock()
	w.Lock()
	return func() {
		w.Unlock()
		t.mu.Lock()
		defer t.mu.Unlock()
		if w.n--; w.n == 0 {
			delete(t.waiting, name)
		}
	}
}
