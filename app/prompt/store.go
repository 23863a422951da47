package prompt

import (
	"context"
	"errors"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// Errors of stores.
var (
	ErrNotFound = errors.New("prompt: not found")
	ErrTaken    = errors.New("prompt: taken")
)

// Store keeps the library. *db.PromptStore implements it.
type Store interface {
	// Lock makes changes of one organization's library follow each other: what one prompt says of another is checked against all.
	Lock(ctx context.Context, o id.Org) error
	// Shelf gives an organization's prompts as requests see them, opened.
	Shelf(ctx context.Context, o id.Org) ([]Record, error)
	// Records gives those of all organizations, sealed; what is in clear is from before contents were encrypted.
	Records(ctx context.Context) ([]Record, error)
	// SealVersion encrypts a version that is in clear.
	SealVersion(ctx context.Context, o id.Org, p id.Prompt, number int, c Content) error
	// Size is how many bytes all versions of an organization have.
	Size(ctx context.Context, o id.Org) (int64, error)

	// HasTeam reports whether an organization has a team.
	HasTeam(ctx context.Context, o id.Org, t id.Team) (bool, error)
	List(ctx context.Context, o id.Org) ([]Full, error)
	// Heads are an organization's prompts by name, without what they say.
	Heads(ctx context.Context, o id.Org) ([]Prompt, error)
	Find(ctx context.Context, o id.Org, p id.Prompt) (Full, error)
	// Insert is ErrTaken where the name is.
	Insert(ctx context.Context, p Prompt) error
	Update(ctx context.Context, p Prompt) error
	Delete(ctx context.Context, o id.Org, p id.Prompt) error
	AddVersion(ctx context.Context, v Version) error
	DropVersion(ctx context.Context, o id.Org, p id.Prompt, number int) error
	// PutLabel sets or moves a label.
	PutLabel(ctx context.Context, o id.Org, p id.Prompt, l Label) error
	DropLabel(ctx context.Context, o id.Org, p id.Prompt, name string) error
	// Opinions are what people say of a prompt, newest first; PutOpinion replaces the member's own.
	Opinions(ctx context.Context, o id.Org, p id.Prompt) ([]Opinion, error)
	PutOpinion(ctx context.Context, o id.Org, p id.Prompt, op Opinion) error
	// Ratings are the sums of stars by prompt.
	Ratings(ctx context.Context, o id.Org) (map[id.Prompt]Rating, error)
}
