package evaluation

import (
	"context"
	"errors"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// Errors of stores.
var (
	ErrNotFound = errors.New("evaluation: not found")
	ErrTaken    = errors.New("evaluation: the name is taken")
	// ErrLost is the answer to a node that writes to a run which another one has by now.
	ErrLost = errors.New("evaluation: another node has this run")
)

// SealedRow is a row as it is kept.
type SealedRow struct {
	Number int
	Sealed []byte
	// Request and Member are where it was taken from; zero for rows of a file.
	Request id.Request
	Member  id.Member
}

// SealedItem is an item as it is kept: Said is empty, Sealed holds it, nil for nothing said.
type SealedItem struct {
	Item
	Sealed []byte
}

// Store keeps datasets and runs. Every method but Claim is bound to one organization. *db.EvaluationStore implements it.
type Store interface {
	// Lock makes changes of one organization's evaluations follow each other, where they are counted before they are made.
	Lock(ctx context.Context, o id.Org) error
	// HasTeam reports whether an organization has a team.
	HasTeam(ctx context.Context, o id.Org, t id.Team) (bool, error)

	// Datasets are all of an organization, by name.
	Datasets(ctx context.Context, o id.Org) ([]Dataset, error)
	Dataset(ctx context.Context, o id.Org, d id.Dataset) (Dataset, error)
	// InsertDataset is ErrTaken where the name is.
	InsertDataset(ctx context.Context, d Dataset, rows []SealedRow) error
	// UpdateDataset writes name, about and who sees it.
	UpdateDataset(ctx context.Context, d Dataset) error
	// DeleteDataset takes its rows and its runs along.
	DeleteDataset(ctx context.Context, o id.Org, d id.Dataset) error
	// Rows are those behind a number, at most limit.
	Rows(ctx context.Context, o id.Org, d id.Dataset, after, limit int) ([]SealedRow, error)

	// Runs are those of a dataset, or all with a zero one, newest first.
	Runs(ctx context.Context, o id.Org, d id.Dataset) ([]Run, error)
	Run(ctx context.Context, o id.Org, r id.Evaluation) (Run, error)
	// InsertRun makes its items as well, all waiting.
	InsertRun(ctx context.Context, r Run) error
	// End ends a run that runs; false if it does not.
	End(ctx context.Context, o id.Org, r id.Evaluation, to State, why string, at time.Time) (bool, error)
	DeleteRun(ctx context.Context, o id.Org, r id.Evaluation) error
	// Tallies add up a run's items.
	Tallies(ctx context.Context, o id.Org, r id.Evaluation) ([]Tally, error)
	// Marks are a run's items without what was said, by row and subject.
	Marks(ctx context.Context, o id.Org, r id.Evaluation) ([]Item, error)
	// Items are those of the rows behind a number, of at most so many rows, by row and subject.
	Items(ctx context.Context, o id.Org, r id.Evaluation, after, rows int) ([]SealedItem, error)

	// Claim gives a run that nobody has to the node with this token until a moment; false for none.
	Claim(ctx context.Context, token string, now, until time.Time) (Run, bool, error)
	// Keep says that the node still has it, and tells the run's state; ErrLost where another one has.
	Keep(ctx context.Context, o id.Org, r id.Evaluation, token string, until time.Time) (State, error)
	// Release lets another node have it at once.
	Release(ctx context.Context, o id.Org, r id.Evaluation, token string, now time.Time) error
	// Open are the items that are not at their end, by row and subject.
	Open(ctx context.Context, o id.Org, r id.Evaluation) ([]SealedItem, error)
	// Put writes an item down; ErrLost where another node has the run.
	Put(ctx context.Context, i SealedItem, token string) error
}
