package web

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2/memstore"
	"github.com/labstack/echo/v4"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/replay"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// shop is an API with things that can be listed, made and changed.
type shop struct {
	t      *testing.T
	e      *echo.Echo
	clock  *clock.Fake
	org    id.Org
	scopes org.Scopes
	things []thing
	made   int
	memory map[string]*replay.Answer
}

type thing struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Spent     int       `json:"spent"` // moves by itself
	UpdatedAt time.Time `json:"updated_at"`
}

type thingList struct {
	Data []thing `json:"data"`
}

type thingInput struct {
	Name string `json:"name"`
}

func (s *shop) Person(context.Context, id.Org, id.Member) (org.Organization, org.Member, error) {
	return org.Organization{}, org.Member{}, fault.New(fault.Unauthenticated, "x", "x")
}

func (s *shop) Holder(_ context.Context, presented secret.String) (org.Actor, error) {
	return org.Actor{Org: s.org, Role: org.Lead, Label: presented.Reveal(), Scopes: s.scopes}, nil
}

func (s *shop) Begin(_ context.Context, _ id.Org, r replay.Request) (*replay.Answer, error) {
	return s.memory[r.Key], nil
}

func (s *shop) End(_ context.Context, _ id.Org, r replay.Request, a replay.Answer) error {
	s.memory[r.Key] = &a
	return nil
}

func (s *shop) Abandon(context.Context, id.Org, replay.Request) error { return nil }

func newShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{t: t, e: echo.New(), clock: clock.NewFake(clock.System{}.Now()), memory: map[string]*replay.Answer{}}
	s.org = id.NewOrg(id.NewSource(s.clock.Now, nil))
	for i := range 5 {
		s.things = append(s.things, thing{ID: fmt.Sprint("t", i), Name: fmt.Sprint("thing ", i), UpdatedAt: s.clock.Now()})
	}
	const root = APIRoot + "things"
	routes := []Route{
		{Method: "GET", Path: root, Name: "api.things.list", Guard: Token, Floor: org.Viewer, Out: thingList{}, Query: []Parameter{{Name: "color", Values: []string{"red", "blue"}}},
			Handle: func(c *Context) error { return c.JSON(200, thingList{append([]thing{}, s.things...)}) }},
		{Method: "PUT", Path: root, Name: "api.things.set", Guard: Token, Floor: org.Lead, Audit: "things.set", In: thingInput{}, Out: thingList{}, Handle: func(c *Context) error {
			in, err := Decode[thingInput](c)
			if err != nil {
				return err
			}
			s.things = []thing{{ID: "t9", Name: in.Name, UpdatedAt: s.clock.Now()}}
			return c.JSON(200, thingList{s.things})
		}},
		{Method: "GET", Path: root + "/:id", Name: "api.things.show", Guard: Token, Floor: org.Viewer, Out: thing{}, Handle: func(c *Context) error {
			return c.JSON(200, s.things[0])
		}},
		{Method: "PATCH", Path: root + "/:id", Name: "api.things.update", Guard: Token, Floor: org.Lead, Audit: "thing.updated", In: thingInput{}, Out: thing{}, Handle: func(c *Context) error {
			in, err := Decode[thingInput](c)
			if err != nil {
				return err
			}
			s.things[0].Name = in.Name
			s.things[0].UpdatedAt = s.things[0].UpdatedAt.Add(time.Second)
			return c.JSON(200, s.things[0])
		}},
		{Method: "POST", Path: root, Name: "api.things.create", Guard: Token, Floor: org.Lead, Audit: "thing.created", In: thingInput{}, Out: thing{}, Handle: func(c *Context) error {
			in, err := Decode[thingInput](c)
			if err != nil {
				return err
			}
			s.made++
			return c.JSON(201, thing{ID: fmt.Sprint("new", s.made), Name: in.Name})
		}},
		{Method: "POST", Path: root + "/:id/poke", Name: "api.things.poke", Guard: Token, Floor: org.Lead, Audit: "thing.poked", In: None{}, Out: None{}, Handle: func(c *Context) error {
			return c.NoContent(204)
		}},
		{Method: "POST", Path: root + "/:id/break", Name: "api.things.break", Guard: Token, Floor: org.Lead, Audit: "thing.broken", In: None{}, Out: None{}, Handle: func(c *Context) error {
			_ = c.JSON(200, thing{})
			panic("after the answer was written")
		}},
	}
	err := Mount(s.e, routes, Deps{PublicURL: "http://127.0.0.1:8080", Sessions: memstore.NewWithCleanupInterval(0), People: s, Clock: s.clock,
		IDs: id.NewSource(s.clock.Now, nil), Log: slog.New(slog.DiscardHandler), Replays: s, Pace: 200})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *shop) call(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	q := httptest.NewRequest(method, APIRoot+path, strings.NewReader(body))
	if body == "" {
		q.Body = io.NopCloser(strings.NewReader(""))
	}
	q.Header.Set("Authorization", "Bearer bdt_x")
	for i := 0; i < len(headers); i += 2 {
		q.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.e.ServeHTTP(w, q)
	return w
}

func TestListsComeInPages(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	type page struct {
		Data    []thing
		HasMore bool `json:"has_more"`
		Next    string
	}
	read := func(path string) (p page) {
		t.Helper()
		w := s.call("GET", path, "")
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != 200 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		return p
	}
	first := read("things?limit=2")
	if len(first.Data) != 2 || !first.HasMore || first.Next == "" {
		t.Fatalf("%+v", first)
	}
	s.things = append([]thing{{ID: "newest"}}, s.things...) // in front of what was read
	second := read("things?limit=2&after=" + first.Next)
	if second.Data[0].ID != "t2" || second.Data[1].ID != "t3" {
		t.Errorf("after something new came: %+v", second)
	}
	s.things = append(s.things[:4], s.things[5:]...) // t3, the cursor's own row, is gone
	third := read("things?limit=2&after=" + second.Next)
	if len(third.Data) != 1 || third.Data[0].ID != "t4" || third.HasMore || third.Next != "" {
		t.Errorf("after the cursor's row went: %+v", third)
	}
	for _, bad := range []string{"limit=0", "limit=1001", "limit=x", "after=x", "after=!!", "colour=red", "color=green", "color=red&color=blue"} {
		if w := s.call("GET", "things?"+bad, ""); w.Code != 400 || !strings.Contains(w.Body.String(), `"parameter"`) {
			t.Errorf("%s: %d %s", bad, w.Code, w.Body)
		}
	}
}

func TestAChangeNamesTheRevisionItWasMadeOn(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	tag := s.call("GET", "things/t0", "").Header().Get("ETag")
	if w := s.call("GET", "things/t0", "", "If-None-Match", tag); w.Code != 304 || w.Body.Len() != 0 {
		t.Errorf("the same again: %d %s", w.Code, w.Body)
	}
	s.things[0].Spent++ // nobody changed it
	if w := s.call("GET", "things/t0", "", "If-None-Match", tag); w.Code != 200 {
		t.Errorf("what moves by itself is not seen: %d", w.Code)
	}
	w := s.call("PATCH", "things/t0", `{"name":"x"}`, "If-Match", tag)
	if w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if stale := s.call("PATCH", "things/t0", `{"name":"y"}`, "If-Match", tag); stale.Code != 412 || !strings.Contains(stale.Body.String(), "changed_since") || s.things[0].Name != "x" {
		t.Errorf("on an old revision: %d %s", stale.Code, stale.Body)
	}
	if again := s.call("PATCH", "things/t0", `{"name":"z"}`, "If-Match", w.Header().Get("ETag")); again.Code != 200 {
		t.Errorf("on the tag that the change answered with: %d %s", again.Code, again.Body)
	}
	tag = s.call("GET", "things/t0", "").Header().Get("ETag")
	var wg sync.WaitGroup
	codes := make(chan int, 20)
	for i := range 20 {
		wg.Go(func() { codes <- s.call("PATCH", "things/t0", fmt.Sprintf(`{"name":"%d"}`, i), "If-Match", tag).Code })
	}
	wg.Wait()
	close(codes)
	count := map[int]int{}
	for c := range codes {
		count[c]++
	}
	if count[200] != 1 || count[412] != 19 {
		t.Errorf("twenty changes on one revision: %v", count)
	}
}

// A list that is set as a whole has a revision, too: the tag that its own GET gave.
func TestAListNamesTheRevisionItWasMadeOn(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	tag := s.call("GET", "things", "").Header().Get("ETag")
	if w := s.call("PUT", "things", `{"name":"x"}`, "If-Match", tag); w.Code != 200 {
		t.Fatalf("on what is there: %d %s", w.Code, w.Body)
	}
	if w := s.call("PUT", "things", `{"name":"y"}`, "If-Match", tag); w.Code != 412 || s.things[0].Name != "x" {
		t.Errorf("on an old revision: %d %s", w.Code, w.Body)
	}
	w := s.call("PUT", "things", `{"name":"z"}`, "If-Match", s.call("GET", "things", "").Header().Get("ETag"))
	if w.Code != 200 {
		t.Errorf("read again: %d %s", w.Code, w.Body)
	}
	if again := s.call("PUT", "things", `{"name":"a"}`, "If-Match", w.Header().Get("ETag")); again.Code != 200 {
		t.Errorf("on the tag that the change answered with: %d %s", again.Code, again.Body)
	}
}

func TestARepeatedPostIsAnsweredAgain(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	first := s.call("POST", "things", `{"name":"a"}`, "Idempotency-Key", "k1")
	again := s.call("POST", "things", `{"name":"a"}`, "Idempotency-Key", "k1")
	if first.Code != 201 || again.Code != 201 || first.Body.String() != again.Body.String() || s.made != 1 || again.Header().Get("Idempotency-Replayed") != "true" {
		t.Errorf("%d %d, made %d: %s %s", first.Code, again.Code, s.made, first.Body, again.Body)
	}
	if w := s.call("POST", "things", `{"nmae":"a"}`, "Idempotency-Key", "k2"); w.Code != 400 || s.memory["k2"] != nil {
		t.Errorf("a refusal was kept: %d", w.Code)
	}
	for range 2 {
		if w := s.call("POST", "things/t0/poke", "", "Idempotency-Key", "k3"); w.Code != 204 {
			t.Errorf("an empty answer: %d", w.Code)
		}
	}
}

func TestAPanicAfterAHeldAnswerIsStillAnError(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	if w := s.call("POST", "things/t0/break", "", "Idempotency-Key", "k"); w.Code != 500 || !strings.Contains(w.Body.String(), `"internal"`) || s.memory["k"] != nil {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestScopesNarrowAToken(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for _, k := range []struct {
		scopes      string
		read, write int
	}{
		{"", 200, 204}, {"things:read", 200, 403}, {"things:write", 200, 204}, {"all:read", 200, 403}, {"all:write", 200, 204}, {"keys:write other:read", 403, 403},
	} {
		s.scopes = strings.Fields(k.scopes)
		read, write := s.call("GET", "things", ""), s.call("POST", "things/t0/poke", "")
		if read.Code != k.read || write.Code != k.write {
			t.Errorf("%q: read %d, write %d", k.scopes, read.Code, write.Code)
		}
		if write.Code == 403 && !strings.Contains(write.Body.String(), `"scope":"things:write"`) {
			t.Errorf("%q: %s", k.scopes, write.Body)
		}
	}
}

func TestTheAPISaysHowFastItMayBeAsked(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	w := s.call("GET", "things", "")
	if w.Header().Get("RateLimit-Policy") != `"token";q=200;w=60` || w.Header().Get("RateLimit") != `"token";r=199;t=60` {
		t.Errorf("%v", w.Header())
	}
	for range 199 {
		s.call("GET", "things", "")
	}
	if w = s.call("GET", "things", ""); w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "60" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	s.clock.Advance(61 * time.Second)
	if w = s.call("GET", "things", ""); w.Code != 200 {
		t.Errorf("a minute later: %d", w.Code)
	}
}

func TestEveryUnknownFieldIsNamed(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	var p struct {
		Type   string
		Errors []WrongField
	}
	w := s.call("POST", "things", `{"NAME":"a","colour":"red"}`)
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != 400 || len(p.Errors) != 2 || p.Errors[0].Pointer != "/NAME" || p.Errors[1].Pointer != "/colour" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if p.Type != "http://127.0.0.1:8080/docs/errors/invalid_request" {
		t.Errorf("type %q", p.Type)
	}
	if w := s.call("POST", "things/t0/poke", `{"x":1}`); w.Code != 400 || !strings.Contains(w.Body.String(), `"/x"`) {
		t.Errorf("a body where there is none: %d %s", w.Code, w.Body)
	}
	if w := s.call("POST", "things/t0/poke", `{}`); w.Code != 204 {
		t.Errorf("an empty object: %d %s", w.Code, w.Body)
	}
}

func TestWhatIsNoTextIsTheClientsFault(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for body, want := range map[string]int{`{"name":"a\u0000b"}`: 400, `{"name":"\\\u0000"}`: 400, `{"name":"\\u0000"}`: 201, `{"name":"\u0001"}`: 201} {
		if w := s.call("POST", "things", body); w.Code != want {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
	for query, want := range map[string]int{"color=%00": 400, "q=%00": 400, "q=%ff": 400, "q%00=a": 400, "q=%C3%A4": 200} {
		path := "things/t0?"
		if strings.HasPrefix(query, "color") {
			path = "things?"
		}
		if w := s.call("GET", path+query, ""); w.Code != want {
			t.Errorf("%s: %d %s", query, w.Code, w.Body)
		}
	}
}
