package prompt

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Opinion is what one member says of a prompt: stars, a comment, or both. Each member has one.
type Opinion struct {
	Member  id.Member
	By      string
	Stars   int // 1 to 5; 0 = none
	Comment string
	Number  int // of the version that it is about
	At      time.Time
}

// Rating is what all say.
type Rating struct {
	Count int64
	Stars int64 // their sum
}

// Mean is the mean number of stars in tenths; 0 without any.
func (r Rating) Mean() int64 {
	if r.Count == 0 {
		return 0
	}
	return (10*r.Stars + r.Count/2) / r.Count
}

// maxComment is how long a comment may be, in characters.
const maxComment = 1000

// Opinions are what people say of a prompt that the actor sees, newest first.
func (s *Service) Opinions(ctx context.Context, actor org.Actor, p id.Prompt) ([]Opinion, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	if _, err := s.find(ctx, actor, p); err != nil {
		return nil, err
	}
	return s.Store.Opinions(ctx, actor.Org, p)
}

// Rate sets what the actor says of a prompt. Only people have opinions: a token has none.
func (s *Service) Rate(ctx context.Context, actor org.Actor, p id.Prompt, stars, number int, comment string) error {
	if err := actor.Require(org.Viewer); err != nil {
		return err
	}
	comment = strings.TrimSpace(comment)
	switch {
	case actor.Member.IsZero():
		return fault.New(fault.Forbidden, "forbidden", "People rate prompts; a management token has no opinion. Log in to the dashboard.")
	case stars < 0 || stars > 5:
		return fault.Field("stars", "Give 1 to 5 stars, or none and a comment.")
	case stars == 0 && comment == "":
		return fault.Field("stars", "Give 1 to 5 stars, or say something.")
	case utf8.RuneCountInString(comment) > maxComment || !utf8.ValidString(comment):
		return fault.Field("comment", fmt.Sprintf("A comment has at most %d characters.", maxComment))
	}
	return s.change(ctx, actor, "rate", func(ctx context.Context) (*audit.Entry, error) {
		f, err := s.find(ctx, actor, p)
		if err != nil {
			return nil, err
		}
		if _, ok := f.Version(number); !ok && number != 0 {
			return nil, fault.Field("version", "The prompt has no such version.")
		}
		op := Opinion{Member: actor.Member, By: actor.Label, Stars: stars, Comment: comment, Number: number, At: s.now()}
		return note("prompt.rated", f.Prompt, nil, map[string]any{"stars": stars, "version": number}), s.Store.PutOpinion(ctx, actor.Org, p, op)
	})
}
