package agent

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Topic is published when an organization's settings changed.
const Topic live.Topic = "agents"

// Settings are what an organization sends to its people's coding agents: a document in Claude Code's own words
// (managed-settings.json), of which we let pass what we know (allowed.go).
type Settings struct {
	Org       id.Org    `json:"org"`
	Body      []byte    `json:"body"` // canonical: keys sorted, no spaces
	UpdatedAt time.Time `json:"updated_at"`
	UpdatedBy string    `json:"updated_by"`
}

// Checksum is the name of the document's content, which the client computes too: SHA-256 of its JSON with sorted keys and
// without spaces.
func (s Settings) Checksum() string {
	sum := sha256.Sum256(s.Body)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Pretty is the document for people.
func (s Settings) Pretty() string {
	var out bytes.Buffer
	if json.Indent(&out, s.Body, "", "  ") != nil {
		return string(s.Body)
	}
	return out.String()
}

// Settings are the organization's; ok is false where it has set none. Everybody may read them: their agents do.
func (s *Service) Settings(ctx context.Context, actor org.Actor) (Settings, bool, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Settings{}, false, err
	}
	return s.Store.Settings(ctx, actor.Org)
}

// SetSettings replaces the organization's settings by a JSON document, for admins. "" sends none any more.
// seen is the checksum of those that the change was made on: with others by now it is refused; "" does not ask.
func (s *Service) SetSettings(ctx context.Context, actor org.Actor, text, seen string) (Settings, error) {
	if err := actor.Require(org.Admin); err != nil {
		return Settings{}, err
	}
	next := Settings{Org: actor.Org, UpdatedAt: s.Clock.Now().UTC(), UpdatedBy: actor.Label}
	var err error
	if next.Body, err = check(text); err != nil {
		return Settings{}, err
	}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		before, had, err := s.Store.Settings(ctx, actor.Org)
		if err == nil && seen != "" && seen != before.Checksum() {
			return fault.New(fault.Conflict, "changed", "Somebody changed these settings while you did, so nothing was saved. Load them again and repeat your change.")
		}
		if err != nil || bytes.Equal(before.Body, next.Body) && had == (next.Body != nil) {
			return err
		}
		if next.Body == nil {
			err = s.Store.DropSettings(ctx, actor.Org)
		} else {
			err = s.Store.SetSettings(ctx, next)
		}
		if err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "agent_settings.changed", Target: actor.Org.String(), TargetName: "settings of coding agents",
			Before: map[string]any{"settings": string(before.Body)}, After: map[string]any{"settings": string(next.Body)}})
	})
	if err != nil {
		return Settings{}, fmt.Errorf("set agent settings: %w", err)
	}
	if err := s.Bus.Publish(ctx, Topic); err != nil { // readers poll as well
		s.Log.WarnContext(ctx, "change not published", "topic", string(Topic), "error", err)
	}
	return next, nil
}

// Book is the data plane's copy of all organizations' settings. The zero Book has none. Safe for concurrent use.
type Book struct{ cell live.Cell[map[id.Org]page] }

// page is an answer that is ready to be sent.
type page struct {
	body []byte
	etag string
}

// Load swaps in a new copy.
func (b *Book) Load(all []Settings) error {
	pages := make(map[id.Org]page, len(all))
	for _, s := range all {
		if !json.Valid(s.Body) {
			return fmt.Errorf("agent settings of %s are no JSON", s.Org)
		}
		body := fmt.Appendf(nil, `{"uuid":%q,"checksum":%q,"settings":%s}`, s.Org.UUID(), s.Checksum(), s.Body)
		pages[s.Org] = page{body, `"` + s.Checksum() + `"`}
	}
	b.cell.Set(&pages)
	return nil
}

// Managed is an organization's document as Claude Code reads it, with its entity tag; ok is false where there is none. The
// bytes are shared; do not change them.
func (b *Book) Managed(o id.Org) (body []byte, etag string, ok bool) {
	pages := b.cell.Get()
	if pages == nil {
		return nil, "", false
	}
	p, ok := (*pages)[o]
	return p.body, p.etag, ok
}
