package key_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func list(s ...string) *[]string { return &s }

func TestAnEditReachesTheDataPlaneAndTheAuditLog(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		x := h.Found(t, "Acme")
		ctx, dev := t.Context(), x.Actor(org.Developer)
		made, err := h.Keys.Create(ctx, dev, mine(x, org.Developer))
		if err != nil {
			t.Fatal(err)
		}
		name, until := "desk", h.Clock.Now().Add(48*time.Hour)
		h.Clock.Advance(time.Minute)
		changed, err := h.Keys.Edit(ctx, dev, made.Key.ID, key.Edit{Name: &name, ExpiresAt: &until, Models: list("smart"), Networks: list("10.0.0.0/8"), Endpoints: list("chat", "files")})
		if err != nil || !changed.UpdatedAt.Equal(h.Clock.Now()) {
			t.Fatal(changed.UpdatedAt, err)
		}
		h.Refresh(t)
		g, err := h.Desk.Authenticate(made.Secret.Reveal())
		if err != nil || g.Name != "desk" || len(g.Models) != 1 || g.Networks[0].String() != "10.0.0.0/8" || g.Endpoints != key.Chat|key.Files || !g.ExpiresAt.Equal(until) {
			t.Fatalf("%+v, %v", g, err)
		}
		kept, err := h.Keys.Edit(ctx, dev, made.Key.ID, key.Edit{})
		if err != nil || kept.Name != "desk" || kept.Endpoints != key.Chat|key.Files || !kept.UpdatedAt.Equal(changed.UpdatedAt) {
			t.Fatalf("an edit of nothing: %+v, %v", kept, err)
		}
		entries, err := h.Audit.List(ctx, x.Actor(org.Admin), 0, 2)
		if err != nil || entries[0].Action != "key.updated" || entries[1].Action != "key.created" || !strings.Contains(entries[0].Before, `"name":"laptop"`) ||
			!strings.Contains(entries[0].After, `"endpoints":["chat","files"]`) {
			t.Fatalf("audit: %+v, %v", entries, err)
		}
		_, err = h.Keys.Edit(ctx, dev, made.Key.ID, key.Edit{Name: new(string), Models: list("a\x00"), Networks: list("x"), Endpoints: list("telepathy"), ExpiresAt: &made.Key.CreatedAt})
		for _, want := range []string{"name for the key", "model's name", "is not an address", "telepathy", "chat, responses, embeddings, images, audio, moderations, files", "time in the future"} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("no word of %q in %v", want, err)
			}
		}
	})
}

// TestAMemberWhoMayNotCreateKeysOnlyNarrows: once a developer of the team, now its viewer and a developer elsewhere.
func TestAMemberWhoMayNotCreateKeysOnlyNarrows(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	x := h.Found(t, "Acme")
	ctx := t.Context()
	in := mine(x, org.Developer)
	in.Models, in.Networks, in.Endpoints, in.ExpiresAt = []string{"smart", "fast"}, []string{"10.0.0.0/8"}, []string{"chat", "embeddings"}, h.Clock.Now().Add(time.Hour)
	made, err := h.Keys.Create(ctx, x.Actor(org.Lead), in)
	if err != nil {
		t.Fatal(err)
	}
	member := x.Actor(org.Developer)
	demoted := member.As([]org.Assignment{{Role: org.Viewer, At: org.OfTeam(x.Org.ID, x.Team)}, {Role: org.Developer, At: org.OfTeam(x.Org.ID, x.Other)}}, nil)
	later, sooner, never := in.ExpiresAt.Add(time.Second), in.ExpiresAt.Add(-time.Minute), time.Time{}
	for name, wide := range map[string]key.Edit{
		"another model": {Models: list("smart", "best")}, "all models": {Models: list()}, "a wider network": {Networks: list("0.0.0.0/0")},
		"another network": {Networks: list("10.1.0.0/16", "11.0.0.0/8")}, "any network": {Networks: list()}, "another endpoint": {Endpoints: list("chat", "audio")},
		"all endpoints": {Endpoints: list()}, "more time": {ExpiresAt: &later}, "no end": {ExpiresAt: &never},
	} {
		if _, err := h.Keys.Edit(ctx, demoted, made.Key.ID, wide); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, narrow := range map[string]key.Edit{"one model": {Models: list("smart")}, "a smaller network": {Networks: list("10.1.0.0/16")},
		"one endpoint": {Endpoints: list("chat")}, "less time": {ExpiresAt: &sooner}} {
		if _, err := h.Keys.Edit(ctx, demoted, made.Key.ID, narrow); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := h.Keys.Edit(ctx, member, made.Key.ID, key.Edit{Models: list(), ExpiresAt: &never}); err != nil {
		t.Errorf("who may create such a key: %v", err)
	}
}

func TestWhatALeadDisabledItsDeveloperDoesNotEnable(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		x := h.Found(t, "Acme")
		ctx, dev, lead := t.Context(), x.Actor(org.Developer), x.Actor(org.Lead)
		made, err := h.Keys.Create(ctx, dev, mine(x, org.Developer))
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct {
			do    func() error
			want  string
			opens string
		}{
			{func() error { return h.Keys.Disable(ctx, dev, made.Key.ID) }, "<nil>", "key_disabled"},
			{func() error { return h.Keys.Disable(ctx, lead, made.Key.ID) }, "<nil>", "key_disabled"}, // on top of the member's own
			{func() error { return h.Keys.Enable(ctx, dev, made.Key.ID) }, "forbidden", "key_disabled"},
			{func() error { return h.Keys.Enable(ctx, lead, made.Key.ID) }, "<nil>", "<nil>"},
			{func() error { return h.Keys.Disable(ctx, dev, made.Key.ID) }, "<nil>", "key_disabled"},
			{func() error { return h.Keys.Enable(ctx, dev, made.Key.ID) }, "<nil>", "<nil>"},
		} {
			if err := step.do(); code(err) != step.want {
				t.Fatalf("got %v, want %s", err, step.want)
			}
			if got := opens(t, h, made.Secret.Reveal()); got != step.opens {
				t.Fatalf("the key: %s, want %s", got, step.opens)
			}
		}
	})
}

func TestUnusedKeysAreRevokedTogetherOrNotAtAll(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		x := h.Found(t, "Acme")
		ctx, lead := t.Context(), x.Actor(org.Lead)
		var all []id.Key
		for range 3 {
			made, err := h.Keys.Create(ctx, x.Actor(org.Developer), mine(x, org.Developer))
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, made.Key.ID)
		}
		away, err := h.Keys.Create(ctx, x.Actor(org.Admin), key.Input{Name: "away", Team: x.AwayTeam, Account: "ci"})
		if err != nil {
			t.Fatal(err)
		}
		h.Clock.Advance(key.Idle)
		if err := h.KeyStore.Used(ctx, []key.Use{{Org: x.Org.ID, Key: all[2], At: h.Clock.Now().Add(-time.Hour)}}); err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			actor org.Actor
			keys  []id.Key
			want  string
		}{
			"a developer": {x.Actor(org.Developer), all[:1], "forbidden"}, "nothing": {lead, nil, "invalid_request"}, "one in use": {lead, all, "key_in_use"},
			"another team's": {lead, []id.Key{all[0], away.Key.ID}, "not_found"}, "one twice": {lead, []id.Key{all[0], all[0]}, "not_found"},
			"too many": {lead, make([]id.Key, key.MaxRevoked+1), "invalid_request"},
		} {
			if err := h.Keys.RevokeUnused(ctx, c.actor, c.keys); code(err) != c.want {
				t.Errorf("%s: %v, want %s", name, err, c.want)
			}
		}
		if left, err := everyKey(ctx, h, lead); err != nil || len(left) != 3 {
			t.Fatalf("a refusal left %d keys (%v)", len(left), err)
		}
		if err := h.Keys.RevokeUnused(ctx, lead, all[:2]); err != nil {
			t.Fatal(err)
		}
		left, err := everyKey(ctx, h, lead)
		if err != nil || len(left) != 1 || left[0].ID != all[2] {
			t.Fatalf("left %+v (%v)", left, err)
		}
		entries, err := h.Audit.List(ctx, x.Actor(org.Admin), 0, 2)
		if err != nil || entries[0].Action != "key.deleted" || entries[1].Action != "key.deleted" || entries[0].Target == entries[1].Target {
			t.Fatalf("audit: %+v, %v", entries, err)
		}
	})
}
