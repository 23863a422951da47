package db_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/cache/cachetest"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func TestPromptsAreKeptWithVersionsAndLabels(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		mine, other := newOrg(t, d), newOrg(t, d)
		s := db.NewPromptStore(d, cachetest.Vault{})
		now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
		p := prompt.Prompt{ID: id.NewPrompt(ids), Org: mine, Name: "reply", Kind: prompt.Chat, Visibility: prompt.Team, Team: id.NewTeam(ids), OwnerLabel: "ada", Highest: 1, CreatedAt: now, UpdatedAt: now}
		c := prompt.Content{Model: "smart", Messages: []prompt.Message{{Role: "user", Text: "{{x}} \u0000 ü"}}, Variables: []prompt.Variable{{Name: "x", Type: prompt.JSON, Default: json.RawMessage(`{"b":1,"a":0.50}`)}},
			Settings: prompt.Settings{Temperature: "0.20"}}
		v := prompt.Version{Org: mine, Prompt: p.ID, Number: 1, Content: c, Message: "first", Size: 10, By: "ada", At: now}
		l := prompt.Label{Name: "production", Number: 1, Protected: true, By: "ada", At: now}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(s.Insert(t.Context(), p))
		must(s.AddVersion(t.Context(), v))
		must(s.PutLabel(t.Context(), mine, p.ID, l))
		if err := s.Insert(t.Context(), prompt.Prompt{ID: id.NewPrompt(ids), Org: mine, Name: "reply", Kind: prompt.Chat, Visibility: prompt.Everyone, CreatedAt: now, UpdatedAt: now}); !errors.Is(err, prompt.ErrTaken) {
			t.Errorf("a name twice: %v", err)
		}
		theirs := p
		theirs.Org, theirs.ID = other, id.NewPrompt(ids)
		must(s.Insert(t.Context(), theirs))
		want := prompt.Full{Prompt: p, Versions: []prompt.Version{v}, Labels: []prompt.Label{l}}
		if got, err := s.Find(t.Context(), mine, p.ID); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%+v %v, want %+v", got, err, want)
		}
		if _, err := s.Find(t.Context(), other, p.ID); !errors.Is(err, prompt.ErrNotFound) {
			t.Errorf("another organization finds it: %v", err)
		}
		if all, err := s.Records(t.Context()); err != nil || len(all) < 2 {
			t.Errorf("%d %v", len(all), err)
		}
		if shelf, err := s.Shelf(t.Context(), mine); err != nil || len(shelf) != 1 || !reflect.DeepEqual(shelf[0].Versions[1], c) || shelf[0].Labels["production"] != 1 {
			t.Errorf("%+v %v", shelf, err)
		}
		if n, err := s.Size(t.Context(), mine); err != nil || n != 10 {
			t.Errorf("%d bytes, %v", n, err)
		}
		if err := s.DropVersion(t.Context(), mine, p.ID, 1); err == nil {
			t.Error("a version that a label is at was deleted")
		}
		ada := id.NewMember(ids)
		must(s.PutOpinion(t.Context(), mine, p.ID, prompt.Opinion{Member: ada, By: "ada", Stars: 2, At: now}))
		must(s.PutOpinion(t.Context(), mine, p.ID, prompt.Opinion{Member: ada, By: "ada", Stars: 4, Comment: "better", Number: 1, At: now.Add(time.Second)}))
		if all, err := s.Opinions(t.Context(), mine, p.ID); err != nil || len(all) != 1 || all[0].Comment != "better" {
			t.Errorf("%+v %v", all, err)
		}
		if r, err := s.Ratings(t.Context(), mine); err != nil || r[p.ID].Mean() != 40 {
			t.Errorf("%+v %v", r, err)
		}
		must(s.DropLabel(t.Context(), mine, p.ID, "production"))
		must(s.DropVersion(t.Context(), mine, p.ID, 1))
		must(s.Delete(t.Context(), mine, p.ID))
		if err := s.Delete(t.Context(), mine, p.ID); !errors.Is(err, prompt.ErrNotFound) {
			t.Errorf("deleted twice: %v", err)
		}
		if _, err := s.Find(t.Context(), other, theirs.ID); err != nil {
			t.Errorf("theirs went too: %v", err)
		}
	})
}

func TestPromptsFromBeforeAreSealed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOrg(t, d)
		s := db.NewPromptStore(d, cachetest.Vault{})
		now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
		p := prompt.Prompt{ID: id.NewPrompt(ids), Org: o, Name: "old", Kind: prompt.Chat, Visibility: prompt.Everyone, Highest: 2, CreatedAt: now, UpdatedAt: now}
		c := prompt.Content{Model: "smart", Messages: []prompt.Message{{Role: "user", Text: "the old text"}}}
		err := s.Insert(t.Context(), p)
		for n := 1; n <= 2 && err == nil; n++ {
			err = s.AddVersion(t.Context(), prompt.Version{Org: o, Prompt: p.ID, Number: n, Content: c, At: now})
		}
		raw := func(statement string, args ...any) {
			t.Helper()
			if err := d.Scoped(t.Context(), o, func(tx *gorm.DB) error { return tx.Exec(statement, args...).Error }); err != nil {
				t.Fatal(err)
			}
		}
		text, _ := json.Marshal(c)
		raw("UPDATE prompt_versions SET sealed = NULL, content = ? WHERE org_id = ? AND number = 1", string(text), o)
		var got prompt.Full
		if err == nil {
			got, err = s.Find(t.Context(), o, p.ID)
		}
		if err != nil || len(got.Versions) != 2 || !reflect.DeepEqual(got.Versions[1].Content, c) {
			t.Fatalf("%+v %v", got, err)
		}
		library := prompt.New(prompt.Parts{Store: s})
		if n, err := library.SealOld(t.Context()); err != nil || n != 1 {
			t.Errorf("%d sealed, %v", n, err)
		}
		if n, err := library.SealOld(t.Context()); err != nil || n != 0 {
			t.Errorf("again: %d sealed, %v", n, err)
		}
		all, err := s.Records(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range all {
			if r.Org == o && (len(r.Versions) != 0 || len(r.Sealed) != 2) {
				t.Errorf("%+v", r)
			}
		}
		// A text that was moved to another version's place does not open there.
		raw("UPDATE prompt_versions SET sealed = (SELECT sealed FROM prompt_versions WHERE org_id = ? AND number = 1) WHERE org_id = ? AND number = 2", o, o)
		if _, err := s.Find(t.Context(), o, p.ID); err == nil {
			t.Error("a moved text opens")
		}
	})
}
