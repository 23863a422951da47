package batch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Upload keeps a file that is too large to be typed, while its person looks at what a batch of it would ask: as it comes, a part of it in
// memory at a time. It is theirs alone, in no list, and gone after a day or when its batch is made. Developers and above.
func (s *Service) Upload(ctx context.Context, actor org.Actor, name string, body io.Reader) (File, error) {
	if err := actor.Require(MayRun); err != nil {
		return File{}, err
	}
	nobody := &key.Grant{Key: id.NewKey(s.IDs), Chain: org.Chain{Org: actor.Org, Member: actor.Member}} // which key it is for is not known yet
	f, err := s.compose(ctx, Caller{Grant: nobody, IP: actor.IP}, forDraft, name, sent(body))
	if err != nil {
		return File{}, onForm(err)
	}
	f.Ready, f.ExpiresAt = true, f.CreatedAt.Add(stray)
	if err := s.Store.FinishFile(ctx, f.Org, f.ID, f.Size, f.ExpiresAt); err != nil {
		return File{}, fmt.Errorf("batch: keep an upload: %w", err)
	}
	return f, nil
}

// Uploaded is a file that the actor uploaded and made no batch of yet.
func (s *Service) Uploaded(ctx context.Context, actor org.Actor, which id.File) (File, error) {
	f, err := s.Store.File(ctx, actor.Org, which)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return File{}, fmt.Errorf("batch: an upload: %w", err)
	}
	if err != nil || f.Purpose != forDraft || !f.Ready || actor.Member.IsZero() || f.Member != actor.Member {
		return File{}, fault.Field("text", "The file that you uploaded is not here any more: it is kept for a day. Choose it again.")
	}
	return f, nil
}

// text is a draft's file, from its beginning.
func (s *Service) text(ctx context.Context, d *Draft) io.Reader {
	if d.Upload.IsZero() {
		return strings.NewReader(d.Text)
	}
	return newReader(s.Store, s.vault, d.file).stream(ctx)
}

// onForm has a form say that a file is too large, beside the file.
func onForm(err error) error {
	var refused *fault.Error
	if errors.As(err, &refused) && refused.Kind == fault.TooLarge {
		return fault.Field("text", refused.Public).Because(err)
	}
	return err
}
