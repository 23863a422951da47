package key_test

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// mine is a key that the tenant's member of a role makes for themselves.
func mine(x webtest.Tenant, r org.Role) key.Input {
	return key.Input{Name: "laptop", Team: x.Team, Member: x.Members[r].ID}
}

func code(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Code
	}
	return fmt.Sprint(err)
}

func TestAKeyWorksFromCreationToDeletion(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		x := h.Found(t, "Acme")
		ctx, dev := t.Context(), x.Actor(org.Developer)
		in := mine(x, org.Developer)
		in.Models, in.Networks = []string{" smart ", "", "openai/gpt-5.5"}, []string{"10.1.2.3/8", "2001:db8::1", ""}
		in.ExpiresAt = h.Clock.Now().Add(24 * time.Hour)
		made, err := h.Keys.Create(ctx, dev, in)
		if err != nil {
			t.Fatal(err)
		}
		h.Refresh(t)
		g, err := h.Desk.Authenticate(made.Secret.Reveal())
		if err != nil {
			t.Fatal(err)
		}
		chain := org.Chain{Org: x.Org.ID, Department: x.Department, Team: x.Team, Member: dev.Member, Key: made.Key.ID}
		if g.Chain != chain || g.OrgSlug != "acme" || g.Name != "laptop" || strings.Join(g.Models, ",") != "smart,openai/gpt-5.5" ||
			fmt.Sprint(g.Networks) != "[10.0.0.0/8 2001:db8::1/128]" || !g.ExpiresAt.Equal(in.ExpiresAt) {
			t.Fatalf("got %+v", g)
		}
		steps := []struct {
			name string
			do   func() error
			want string
		}{
			{"disabled", func() error { return h.Keys.Disable(ctx, dev, made.Key.ID) }, "key_disabled"},
			{"enabled", func() error { return h.Keys.Enable(ctx, dev, made.Key.ID) }, "<nil>"},
			{"expired", func() error { h.Clock.Advance(24 * time.Hour); return nil }, "key_expired"},
			{"time turned back", func() error { h.Clock.Advance(-time.Hour); return nil }, "<nil>"},
			{"deleted", func() error { return h.Keys.Delete(ctx, dev, made.Key.ID) }, "invalid_key"},
		}
		for _, s := range steps {
			if err := s.do(); err != nil {
				t.Fatalf("%s: %v", s.name, err)
			}
			h.Refresh(t)
			if _, err := h.Desk.Authenticate(made.Secret.Reveal()); code(err) != s.want {
				t.Errorf("%s: got %s, want %s", s.name, code(err), s.want)
			}
		}
		if _, err := h.Keys.Get(ctx, dev, made.Key.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("the deleted key is still there: %v", err)
		}
		entries, err := h.Audit.List(ctx, x.Actor(org.Admin), 0, 4)
		if err != nil || len(entries) != 4 {
			t.Fatalf("audit: %v", err)
		}
		for i, want := range []string{"key.deleted", "key.enabled", "key.disabled", "key.created"} {
			if entries[i].Action != want || entries[i].Target != made.Key.ID.String() || entries[i].Actor != dev.Label {
				t.Errorf("entry %d is %+v, want %s", i, entries[i], want)
			}
		}
		if strings.Contains(entries[3].After, made.Secret.Reveal()[30:]) {
			t.Error("the audit log holds the secret")
		}
	})
}

func TestRepeatingAChangeWritesNoSecondEntry(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	x := h.Found(t, "Acme")
	ctx, dev := t.Context(), x.Actor(org.Developer)
	made, err := h.Keys.Create(ctx, dev, mine(x, org.Developer))
	if err != nil {
		t.Fatal(err)
	}
	before, _ := h.Audit.Verify(ctx, x.Org.ID)
	for range 3 {
		if err := h.Keys.Disable(ctx, dev, made.Key.ID); err != nil {
			t.Fatal(err)
		}
	}
	if after, _ := h.Audit.Verify(ctx, x.Org.ID); after != before+1 {
		t.Fatalf("%d entries for one change", after-before)
	}
}

func TestAKeyStopsWhenItsMemberLeaves(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		x := h.Found(t, "Acme")
		made, err := h.Keys.Create(t.Context(), x.Actor(org.Developer), mine(x, org.Developer))
		if err != nil {
			t.Fatal(err)
		}
		told := h.Bus.Subscribe(t.Context())
		if err := h.Identity.RemoveMember(t.Context(), x.Actor(org.Admin), made.Key.Member); err != nil {
			t.Fatal(err)
		}
		if topic := <-told; topic != key.Topic {
			t.Fatalf("the bus said %q", topic)
		}
		h.Refresh(t)
		if _, err := h.Desk.Authenticate(made.Secret.Reveal()); code(err) != "key_disabled" {
			t.Fatalf("got %v", err)
		}
	})
}

func TestPeopleMakeKeysWithinTheirPart(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	x, foreign := h.Found(t, "Acme"), h.Found(t, "Beta")
	account := key.Input{Name: "ci", Team: x.Team, Account: "build server"}
	elsewhere := key.Input{Name: "k", Team: x.Other, Member: x.Outsider.ID}
	forDev := mine(x, org.Developer)
	token := org.Actor{Org: x.Org.ID, Role: org.Admin, Label: "token: ci"}
	cases := []struct {
		name  string
		actor org.Actor
		in    key.Input
		want  string
	}{
		{"a developer for themselves", x.Actor(org.Developer), forDev, "<nil>"},
		{"a developer for a colleague", x.Actor(org.Developer), mine(x, org.Lead), "forbidden"},
		{"a developer for a service", x.Actor(org.Developer), account, "forbidden"},
		{"a developer in a foreign team", x.Actor(org.Developer), elsewhere, "not_found"},
		{"a viewer for themselves", x.Actor(org.Viewer), mine(x, org.Viewer), "forbidden"},
		{"a lead for their developer", x.Actor(org.Lead), forDev, "<nil>"},
		{"a lead for a service", x.Actor(org.Lead), account, "<nil>"},
		{"a lead in another team", x.Actor(org.Lead), elsewhere, "not_found"},
		{"a manager in any team", x.Actor(org.Manager), elsewhere, "<nil>"},
		{"a management token", token, account, "<nil>"},
		{"a member outside the team", x.Actor(org.Admin), key.Input{Name: "k", Team: x.Other, Member: x.Members[org.Developer].ID}, "invalid_request"},
		{"another tenant's team", x.Actor(org.Admin), key.Input{Name: "k", Team: foreign.Team, Account: "a"}, "not_found"},
		{"another tenant's member", x.Actor(org.Admin), key.Input{Name: "k", Team: x.Team, Member: foreign.Members[org.Admin].ID}, "not_found"},
		{"nobody", org.Actor{}, forDev, "unauthenticated"},
	}
	for _, c := range cases {
		if _, err := h.Keys.Create(t.Context(), c.actor, c.in); code(err) != c.want {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
}

func TestPeopleSeeAndChangeTheirPartOnly(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	x, foreign := h.Found(t, "Acme"), h.Found(t, "Beta")
	ctx := t.Context()
	k, err := h.Keys.Create(ctx, x.Actor(org.Developer), mine(x, org.Developer))
	if err != nil {
		t.Fatal(err)
	}
	outsider := x.Outsider.Acting(org.Actor{})
	colleague := h.Join(t, x, "colleague", org.Developer, x.Team)
	cases := []struct {
		name        string
		actor       org.Actor
		see, change string
	}{
		{"its member", x.Actor(org.Developer), "<nil>", "<nil>"},
		{"a viewer of the team", x.Actor(org.Viewer), "<nil>", "forbidden"},
		{"a colleague", colleague.Acting(org.Actor{}), "<nil>", "forbidden"},
		{"the lead", x.Actor(org.Lead), "<nil>", "<nil>"},
		{"a manager", x.Actor(org.Manager), "<nil>", "<nil>"},
		{"somebody of another team", outsider, "not_found", "not_found"},
		{"another tenant's admin", foreign.Actor(org.Admin), "not_found", "not_found"},
	}
	for _, c := range cases {
		_, err := h.Keys.Get(ctx, c.actor, k.Key.ID)
		if code(err) != c.see {
			t.Errorf("%s sees: %v, want %s", c.name, err, c.see)
		}
		list, err := everyKey(ctx, h, c.actor)
		if err != nil || (len(list) == 1) != (c.see == "<nil>") {
			t.Errorf("%s lists %d keys (%v)", c.name, len(list), err)
		}
		for what, err := range map[string]error{"disables": h.Keys.Disable(ctx, c.actor, k.Key.ID), "enables": h.Keys.Enable(ctx, c.actor, k.Key.ID)} {
			if code(err) != c.change {
				t.Errorf("%s %s: %v, want %s", c.name, what, err, c.change)
			}
		}
	}
}

func TestBadInputIsNamedByField(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	x := h.Found(t, "Acme")
	in := key.Input{ExpiresAt: h.Clock.Now(), Networks: []string{"300.1.1.1"}, Models: []string{"a\x00b"}}
	_, err := h.Keys.Create(t.Context(), x.Actor(org.Admin), in)
	for _, want := range []string{"name for the key", "team that pays", "service account's name", "time in the future", "300.1.1.1", "model's name"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %q in %v", want, err)
		}
	}
}

// SQLite's driver reads no years of five digits back: one such key would keep every tenant's from being read.
func TestAKeyThatNeverEndsHasNoYearOfFiveDigits(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		x := h.Found(t, "Acme")
		ctx, dev := t.Context(), x.Actor(org.Developer)
		made, err := h.Keys.Create(ctx, dev, mine(x, org.Developer))
		if err != nil {
			t.Fatal(err)
		}
		for _, end := range []time.Time{time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC).AddDate(0, 0, 1), time.Date(9999, 12, 31, 23, 59, 59, 0, time.FixedZone("", -5*3600))} {
			in := mine(x, org.Developer)
			in.ExpiresAt = end
			if _, err := h.Keys.Create(ctx, dev, in); fault.From(err).Field != "expires_at" {
				t.Errorf("a key until %s: %v", end, err)
			}
			if _, err := h.Keys.Edit(ctx, dev, made.Key.ID, key.Edit{ExpiresAt: &end}); fault.From(err).Field != "expires_at" {
				t.Errorf("an edit until %s: %v", end, err)
			}
		}
		if all, err := db.NewKeyStore(d).Records(ctx, h.Clock.Now()); err != nil || len(all) != 1 {
			t.Errorf("%d keys are read for the data plane: %v", len(all), err)
		}
	})
}

func TestLastUsesAreFlushedInBatches(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		x := h.Found(t, "Acme")
		ctx, dev := t.Context(), x.Actor(org.Developer)
		made, err := h.Keys.Create(ctx, dev, mine(x, org.Developer))
		if err != nil {
			t.Fatal(err)
		}
		h.Refresh(t)
		for range 100 {
			if _, err := h.Desk.Authenticate(made.Secret.Reveal()); err != nil {
				t.Fatal(err)
			}
		}
		away := errors.New("the database is away")
		if err := h.Desk.WriteUses(func([]key.Use) error { return away }); !errors.Is(err, away) {
			t.Fatal(err)
		}
		uses := h.Desk.Uses()
		if len(uses) != 1 || len(h.Desk.Uses()) != 0 {
			t.Fatalf("got %d uses", len(uses))
		}
		if err := h.KeyStore.Used(ctx, uses); err != nil {
			t.Fatal(err)
		}
		older := []key.Use{{Org: x.Org.ID, Key: made.Key.ID, At: h.Clock.Now().Add(-time.Hour)}}
		if err := h.KeyStore.Used(ctx, older); err != nil { // another node, late
			t.Fatal(err)
		}
		k, err := h.Keys.Get(ctx, dev, made.Key.ID)
		if err != nil || !k.LastUsedAt.Equal(h.Clock.Now()) {
			t.Fatalf("last used %v, want %v (%v)", k.LastUsedAt, h.Clock.Now(), err)
		}
	})
}

// pile is n made-up records of many organizations, and the secrets of the first few.
func pile(t testing.TB, mac *secret.MAC, n int) ([]key.Record, []string) {
	t.Helper()
	ids := id.NewSource(clock.System{}.Now, nil)
	var o id.Org
	var out []key.Record
	var secrets []string
	for i := range n {
		if i%100 == 0 {
			o = id.NewOrg(ids)
		}
		text, tok, err := secret.Mint(nil, secret.VirtualKey, secret.Live)
		if err != nil {
			t.Fatal(err)
		}
		kid, sum := mac.Sum(tok.Signed())
		out = append(out, key.Record{Public: tok.Public, KeyID: kid, MAC: sum[:], Key: id.NewKey(ids), Name: fmt.Sprintf("key %d", i), Org: o,
			OrgSlug: strings.Clone("some-organization"), Team: id.NewTeam(ids), Member: id.NewMember(ids), Models: []string{strings.Clone("smart")}})
		if i < 10 {
			secrets = append(secrets, text.Reveal())
		}
	}
	return out, secrets
}

func desk(t testing.TB) (*key.Desk, *secret.MAC) {
	t.Helper()
	text, err := secret.GenerateMaster(nil)
	if err != nil {
		t.Fatal(err)
	}
	master, err := secret.NewMaster(text)
	if err != nil {
		t.Fatal(err)
	}
	mac, err := master.MAC(key.Purpose)
	if err != nil {
		t.Fatal(err)
	}
	return key.NewDesk(clock.System{}, mac), mac
}

func TestRefusalsSayWhatToDo(t *testing.T) {
	t.Parallel()
	d, mac := desk(t)
	if _, err := d.Authenticate("bdh_x"); !fault.Is(err, fault.Unavailable) {
		t.Fatalf("before the first snapshot a valid key must not be called invalid: %v", err)
	}
	records, secrets := pile(t, mac, 2)
	if err := d.Load(records[:1]); err != nil {
		t.Fatal(err)
	}
	token, _, _ := secret.Mint(nil, secret.ManagementToken, secret.Live)
	good := secrets[0]
	for presented, want := range map[string]string{
		"":                         "no API key",
		"sk-proj-abc":              "not a Bodhi key",
		good[:len(good)-1] + "!":   "checksum",
		good[:40]:                  "checksum",
		token.Reveal():             "management token",
		secrets[1]:                 "unknown here",
		"Bearer " + good:           "not a Bodhi key",
		strings.Repeat("x", 1<<16): "not a Bodhi key",
	} {
		_, err := d.Authenticate(presented)
		if code(err) != "invalid_key" || !strings.Contains(err.Error(), want) || (len(presented) > 20 && strings.Contains(err.Error(), presented)) {
			t.Errorf("%.12s…: got %v, want %q", presented, err, want)
		}
	}
	if _, err := d.Authenticate(good); err != nil {
		t.Fatal(err)
	}
}

// tape gives the same first 64 bytes every time, so that two mints share their public id and nothing else.
type tape struct{ used bool }

func (r *tape) Read(b []byte) (int, error) {
	if r.used {
		return rand.Read(b)
	}
	r.used = true
	for i := range b {
		b[i] = byte(i)
	}
	return len(b), nil
}

func TestTheRightIDWithAnotherSecretIsUnknown(t *testing.T) {
	t.Parallel()
	d, mac := desk(t)
	real, tok, err1 := secret.Mint(&tape{}, secret.VirtualKey, secret.Live)
	forged, same, err2 := secret.Mint(&tape{}, secret.VirtualKey, secret.Live)
	if err1 != nil || err2 != nil || tok.Public != same.Public || real.Reveal() == forged.Reveal() {
		t.Fatalf("the forgery is no good: %v %v", err1, err2)
	}
	records, _ := pile(t, mac, 1)
	kid, sum := mac.Sum(tok.Signed())
	records[0].Public, records[0].KeyID, records[0].MAC, records[0].Off = tok.Public, kid, sum[:], true
	if err := d.Load(records); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Authenticate(real.Reveal()); code(err) != "key_disabled" {
		t.Errorf("the real one: %v", err)
	}
	if _, err := d.Authenticate(forged.Reveal()); code(err) != "invalid_key" {
		t.Errorf("a forgery must not even learn that the key is disabled: %v", err)
	}
}

func TestAMalformedSnapshotLeavesTheLastGoodOne(t *testing.T) {
	t.Parallel()
	d, mac := desk(t)
	records, secrets := pile(t, mac, 3)
	if err := d.Load(records); err != nil {
		t.Fatal(err)
	}
	short := append([]key.Record(nil), records...)
	short[1].MAC = short[1].MAC[:31]
	for name, bad := range map[string][]key.Record{"a short hash": short, "a key twice": append(records, records[0]), "an empty record": {{}}} {
		if err := d.Load(bad); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if _, err := d.Authenticate(secrets[2]); err != nil || d.Len() != 3 {
		t.Fatalf("the last good snapshot is gone: %v", err)
	}
}

func TestRecordsSurviveTheSnapshotFile(t *testing.T) {
	t.Parallel()
	d, mac := desk(t)
	records, secrets := pile(t, mac, 10)
	b, err := json.Marshal(records)
	if err != nil {
		t.Fatal(err)
	}
	var back []key.Record
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if err := d.Load(back); err != nil {
		t.Fatal(err)
	}
	for i, s := range secrets {
		if g, err := d.Authenticate(s); err != nil || g.Chain.Key != records[i].Key || !g.Chain.Department.IsZero() || !g.ExpiresAt.IsZero() {
			t.Fatalf("key %d: %+v, %v", i, g, err)
		}
	}
}

// The index must hold 100,000 keys within 1 KiB each (quality.md), records and strings included. Not parallel: it
// weighs the heap.
func TestAKeyTakesLessThanAKibibyte(t *testing.T) {
	d, mac := desk(t)
	const n = 100_000
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	records, _ := pile(t, mac, n)
	if err := d.Load(records); err != nil {
		t.Fatal(err)
	}
	records = nil
	if per := (heap() - before) / n; per > 1024 {
		t.Fatalf("%d bytes a key", per)
	} else {
		t.Logf("%d bytes a key", per)
	}
	runtime.KeepAlive(d)
}

func BenchmarkAuthenticate(b *testing.B) {
	d, mac := desk(b)
	records, secrets := pile(b, mac, 100_000)
	if err := d.Load(records); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := d.Authenticate(secrets[0]); err != nil {
			b.Fatal(err)
		}
	}
}
