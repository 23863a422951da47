package app

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/blueprint"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// budgetsOf is a blueprint of five budgets, all with one limit.
func budgetsOf(t *testing.T, limit int) *blueprint.Document {
	t.Helper()
	text := "blueprint: 1\nbudgets:\n"
	for i := range 5 {
		text += fmt.Sprintf("  - {limit: %d, period: monthly, name: part %d}\n", limit, i)
	}
	d, err := blueprint.Parse([]byte(text))
	must(t, err)
	return d
}

// limitsOf are how many of the five budgets have each limit.
func limitsOf(t *testing.T, api blueprint.API) map[string]int {
	t.Helper()
	now, err := blueprint.Read(t.Context(), api)
	must(t, err)
	out := map[string]int{}
	for _, b := range now.Budgets {
		if strings.HasPrefix(b.Name, "part ") {
			out[string(b.Limit)]++
		}
	}
	return out
}

// TestTwoAdminsApplyOneAfterTheOther has one apply wait in its middle on one node while the other applies on another node: that one is
// told who is at it and how far, and what comes out is what one or the other wanted, never a mixture.
func TestTwoAdminsApplyOneAfterTheOther(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLiteURL, "postgres": dbtest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, _, s := furnished(t, at(t))
			cfg := a.cfg
			cfg.DataDir = t.TempDir()
			b, err := New(t.Context(), cfg, Options{Log: a.log, Web: true})
			must(t, err)
			t.Cleanup(func() { _ = b.db.Close() })
			here, there := httptest.NewServer(s.Handler), httptest.NewServer(b.handler)
			t.Cleanup(here.Close)
			t.Cleanup(there.Close)
			mine, theirs := blueprints(t, here.URL, s.Home.Tokens[org.Admin]), blueprints(t, there.URL, s.Home.Tokens[org.Admin])
			reached, goOn, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
			n := 0
			slow := func(ctx context.Context, method, path string, query url.Values, in, out any) error {
				if method == "POST" && path == "/budgets" {
					if n++; n == 3 {
						close(reached)
						<-goOn
					}
				}
				return mine(ctx, method, path, query, in, out)
			}
			go func() {
				_, err := blueprint.Run(t.Context(), slow, blueprint.Job{Title: "first.yaml", Wanted: budgetsOf(t, 100)})
				done <- err
			}()
			<-reached
			second := blueprint.Job{Title: "second.yaml", Wanted: budgetsOf(t, 200)}
			if _, err := blueprint.Run(t.Context(), theirs, second); err == nil || !strings.Contains(err.Error(), "is applying “first.yaml” right now (2 of 5 changes made)") {
				t.Errorf("beside the first: %v", err)
			}
			page := s.Browser(t, org.Admin).Post("/templates/apply", url.Values{"text": {"blueprint: 1\nbudgets:\n  - {limit: 3, name: part 0, period: monthly}\n"}})
			if page.Status != 422 || !page.Has("is applying", "first.yaml", "limit: 3") {
				t.Errorf("in the browser: %d %.2000s", page.Status, page.Body)
			}
			close(goOn)
			must(t, <-done)
			if got := limitsOf(t, theirs); got["100"] != 5 {
				t.Errorf("after the first: %v", got)
			}
			_, err = blueprint.Run(t.Context(), theirs, second)
			must(t, err)
			if got := limitsOf(t, mine); got["200"] != 5 {
				t.Errorf("after the second: %v", got)
			}
		})
	}
}

// TestAnApplyThatStopsSaysHowFarItCame refuses the third change: what was made stays, the list says what stopped it, and applying again
// goes on from there.
func TestAnApplyThatStopsSaysHowFarItCame(t *testing.T) {
	t.Parallel()
	s := furnish(t, dbtest.SQLiteURL(t))
	server := httptest.NewServer(s.Handler)
	t.Cleanup(server.Close)
	api := blueprints(t, server.URL, s.Home.Tokens[org.Admin])
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	failing := func(ctx context.Context, method, path string, query url.Values, in, out any) error {
		if method == "POST" && path == "/budgets" {
			if n++; n == 3 {
				cancel() // the browser goes away, too
				return errors.New("the line is down")
			}
		}
		return api(ctx, method, path, query, in, out)
	}
	if _, err := blueprint.Run(ctx, failing, blueprint.Job{Title: "cut.yaml", Wanted: budgetsOf(t, 7)}); err == nil || !strings.Contains(err.Error(), "the line is down") {
		t.Fatalf("%v", err)
	}
	var list struct {
		Data []struct {
			Title, State, Current, Why string
			Done, Total                int
		}
	}
	must(t, api(t.Context(), "GET", "/applies", nil, nil, &list))
	if len(list.Data) != 2 || list.Data[0].State != "stopped" || list.Data[0].Done != 2 || list.Data[0].Total != 5 || !strings.Contains(list.Data[0].Current, "part 2") || !strings.Contains(list.Data[0].Why, "the line is down") {
		t.Errorf("%+v", list.Data)
	}
	if p := s.Browser(t, org.Admin).Get("/templates"); !p.Has("cut.yaml", "Stopped", "2 of 5", "the line is down") {
		t.Errorf("%.3000s", p.Body)
	}
	changes, err := blueprint.Run(t.Context(), api, blueprint.Job{Title: "again", Wanted: budgetsOf(t, 7)})
	if err != nil || len(changes) != 3 {
		t.Errorf("again: %d changes, %v", len(changes), err)
	}
	if _, err := blueprint.Run(t.Context(), api, blueprint.Job{Wanted: budgetsOf(t, 8), Seen: blueprint.Print(changes)}); !errors.Is(err, blueprint.ErrMoved) {
		t.Errorf("other changes than those agreed to: %v", err)
	}
	if got := limitsOf(t, api); got["7"] != 5 {
		t.Errorf("%v", got)
	}
}
