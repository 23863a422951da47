package key

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Refusal is a right secret that was shown after its key's end: an app nobody told, or somebody who found it.
type Refusal struct {
	Org  id.Org
	Key  id.Key
	Name string
	// Why is what ended the key: "deleted", "disabled" (also by leaving), "rotated" for the secret before a rotation.
	Why string
	At  time.Time
}

// Quiet is how long after one refusal of a key no other is written down, so that a forgotten loop cannot fill the log.
const Quiet = time.Hour

// Remembered is how long a deleted key is still recognized: as long as the audit log is kept by default.
const Remembered = 90 * 24 * time.Hour

// noteRefusal remembers a refusal. Each secret takes the lock at most once an hour.
func (d *Desk) noteRefusal(e *entry, why string, now time.Time) {
	hour := now.Unix() / int64(Quiet/time.Second)
	if e.told.Swap(hour) != hour {
		d.refusals.note(e.grant.Key, Refusal{e.grant.Chain.Org, e.grant.Key, e.grant.Name, why, now})
	}
}

// Refusals takes what was refused since the previous call, for a job to write down: never on the path of a request.
func (d *Desk) Refusals() []Refusal { return slices.Collect(maps.Values(d.refusals.take())) }

// WriteRefusals has write note what was refused. What it cannot note comes with the next call: the secret is told of once an hour only, and
// its holder may never come back.
func (d *Desk) WriteRefusals(write func([]Refusal) error) error { return d.refusals.write(write) }

// NoteRefusals writes refusals into the audit log, once per key and hour over all nodes. It is for the process that took
// them from its Desk, not for people.
func (s *Service) NoteRefusals(ctx context.Context, all []Refusal) error {
	var errs []error
	for _, r := range all {
		errs = append(errs, s.Tx.Do(ctx, func(ctx context.Context) error {
			first, err := s.Store.Refused(ctx, r)
			if err != nil || !first {
				return err
			}
			if s.Misused != nil {
				if err := s.Misused(ctx, r); err != nil {
					return err
				}
			}
			return s.Audit.Append(ctx, org.System(r.Org, "gateway"), audit.Entry{Action: "key.used_after_revoke", Target: r.Key.String(), TargetName: r.Name,
				After: map[string]any{"why": r.Why, "used_at": r.At.UTC().Format(time.RFC3339)}})
		}))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("note refused keys: %w", err)
	}
	return nil
}
