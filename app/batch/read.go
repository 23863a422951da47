package batch

import (
	"context"
	"fmt"
	"io"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// readable is a batch whose results are the actor's to read: of their own key, or as who leads its team, like the texts of requests.
// Who only sees the key sees how far its batches are, and not what they say.
func (s *Service) readable(ctx context.Context, actor org.Actor, which id.Batch) (b Entry, own bool, err error) {
	if b, err = s.Get(ctx, actor, which); err != nil {
		return b, false, err
	}
	k, err := s.Keys.Get(ctx, actor, b.Key)
	if err != nil {
		return b, false, fmt.Errorf("batch: whose it is: %w", err)
	}
	own = !actor.Member.IsZero() && k.Member == actor.Member
	if !own && (actor.Require(org.Lead) != nil || !actor.InTeam(k.Team, org.Lead)) {
		return b, false, fault.New(fault.Forbidden, "forbidden", "The results of a batch are read by whose key asked, and by who leads its team. Ask them.")
	}
	return b, own, nil
}

// read is readable for who gets all of it. That somebody else than whose key it is does so is in the audit log before they have it.
func (s *Service) read(ctx context.Context, actor org.Actor, which id.Batch) (Entry, error) {
	b, own, err := s.readable(ctx, actor, which)
	if err != nil || own {
		return b, err
	}
	if err := s.Audit.Append(ctx, actor, audit.Entry{Action: "batch.read", Target: which.String(), TargetName: b.Label(), After: map[string]any{"key": b.Key.String()}}); err != nil {
		return b, fmt.Errorf("batch: note the reading: %w", err)
	}
	return b, nil
}

// Download gives what writes the results out as lines of JSON, once the actor may have them: a refusal comes before the first line.
func (s *Service) Download(ctx context.Context, actor org.Actor, which id.Batch) (write func(io.Writer) error, err error) {
	b, err := s.read(ctx, actor, which)
	return func(w io.Writer) error { return s.results(ctx, b.Org, b.ID, All, w) }, err
}

// Each gives what tells of the results one after the other, as Download.
func (s *Service) Each(ctx context.Context, actor org.Actor, which id.Batch) (tell func(do func(Item) error) error, err error) {
	b, err := s.read(ctx, actor, which)
	return func(do func(Item) error) error { return s.each(ctx, &b.Batch, do) }, err
}

func (s *Service) each(ctx context.Context, b *Batch, do func(Item) error) error {
	for after := 0; ; {
		page, err := s.Store.Lines(ctx, b.Org, b.ID, All, after, 100)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, sealed := range page {
			i, err := s.vault.openItem(ctx, sealed)
			if err == nil {
				err = do(i)
			}
			if err != nil {
				return err
			}
			after = i.Number
		}
	}
}
