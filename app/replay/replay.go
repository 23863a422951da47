// Package replay keeps what was answered to requests with an Idempotency-Key, so that a client that did not hear the
// answer can ask again without making two keys or two budgets. Answers may hold secrets (a new key's), so they are sealed
// under the organization's data key, and the request is remembered as a keyed hash only.
//
// The answer is kept after the change has committed, in a step of its own. A process that dies between the two leaves a key
// taken: repeating it is refused until Patience is over, and then runs again. Twice is possible there, silently lost never.
package replay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Purpose is the name under which app derives the MAC of remembered requests from the master key.
const Purpose = "idempotency v1"

// Keep is how long an answer is given again; Patience, how long a request may be under way.
const (
	Keep     = 24 * time.Hour
	Patience = 2 * time.Minute
)

// maxKey is the longest key: a UUID and a prefix fit several times.
const maxKey = 200

// Request is what a client sent. Keys of different tokens have nothing to do with each other.
type Request struct {
	Key          string
	Token        id.Token
	Method, Path string
	Body         []byte
}

// Answer is what it was told.
type Answer struct {
	Status int    `json:"status"`
	Type   string `json:"type"`
	Body   []byte `json:"body"`
}

// Row is what is kept.
type Row struct {
	Org       id.Org
	Token     id.Token
	Key       string
	KeyID     secret.KeyID
	Print     [32]byte // of method, path and body
	Sealed    []byte   // the Answer; nil while the request is under way
	CreatedAt time.Time
}

// Store keeps rows. *db.ReplayStore implements it.
type Store interface {
	// Claim inserts the row, or replaces one that was made before stale, or is unanswered and was made before stuck. It
	// gives the row that is there instead otherwise.
	Claim(ctx context.Context, r Row, stale, stuck time.Time) (there Row, claimed bool, err error)
	Answer(ctx context.Context, r Row) error
	Drop(ctx context.Context, r Row) error
	Sweep(ctx context.Context, before time.Time) error
}

// Vault seals answers. *secret.Keyring implements it.
type Vault interface {
	Seal(ctx context.Context, o id.Org, table, column, row string, plaintext secret.String) ([]byte, error)
	Open(ctx context.Context, o id.Org, table, column, row string, sealed []byte) (secret.String, error)
}

// Book remembers. Safe for concurrent use.
type Book struct {
	store Store
	vault Vault
	mac   *secret.MAC
	clock clock.Clock
}

// New makes a Book; mac is master.MAC(replay.Purpose).
func New(store Store, vault Vault, mac *secret.MAC, c clock.Clock) *Book {
	return &Book{store, vault, mac, c}
}

// Begin takes the key for a request that is to run now (nil, nil), or gives the answer that there is. The caller then calls
// End or Abandon. A key that came with another request is refused, and one whose request is still under way.
func (b *Book) Begin(ctx context.Context, o id.Org, r Request) (*Answer, error) {
	if r.Key == "" || len(r.Key) > maxKey || strings.ContainsFunc(r.Key, func(c rune) bool { return c < 0x21 || c > 0x7e }) {
		return nil, fault.Newf(fault.Invalid, "invalid_request", "Idempotency-Key is 1 to %d visible ASCII characters; a UUID is a good one.", maxKey)
	}
	row := b.row(o, r)
	there, claimed, err := b.store.Claim(ctx, row, row.CreatedAt.Add(-Keep), row.CreatedAt.Add(-Patience))
	switch {
	case err != nil:
		return nil, fmt.Errorf("idempotency key: %w", err)
	case claimed:
		return nil, nil
	case !b.mac.Verify(there.KeyID, message(r), there.Print):
		return nil, fault.New(fault.Invalid, "idempotency_key_reused", "This Idempotency-Key came with another request within the last 24 hours. Use a new key for a new request.")
	case there.Sealed == nil:
		f := fault.New(fault.Conflict, "idempotency_key_in_flight", "The request with this Idempotency-Key is still under way. Ask again in a moment.")
		f.RetryAfter = time.Second
		return nil, f
	}
	return b.open(ctx, there)
}

func (b *Book) row(o id.Org, r Request) Row {
	row := Row{Org: o, Token: r.Token, Key: r.Key, CreatedAt: b.clock.Now().UTC()}
	row.KeyID, row.Print = b.mac.Sum(message(r))
	return row
}

func (b *Book) open(ctx context.Context, there Row) (*Answer, error) {
	text, err := b.vault.Open(ctx, there.Org, table, column, place(there), there.Sealed)
	if err != nil {
		return nil, fmt.Errorf("idempotency key: open answer: %w", err)
	}
	var a Answer
	if err := json.Unmarshal([]byte(text.Reveal()), &a); err != nil {
		return nil, fmt.Errorf("idempotency key: read answer: %w", err)
	}
	return &a, nil
}

// End keeps the answer of a request that Begin let run.
func (b *Book) End(ctx context.Context, o id.Org, r Request, a Answer) error {
	text, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("idempotency key: write answer: %w", err)
	}
	row := b.row(o, r)
	if row.Sealed, err = b.vault.Seal(ctx, o, table, column, place(row), secret.New(string(text))); err != nil {
		return fmt.Errorf("idempotency key: seal answer: %w", err)
	}
	return b.store.Answer(ctx, row)
}

// Abandon frees the key of a request that was refused.
func (b *Book) Abandon(ctx context.Context, o id.Org, r Request) error {
	return b.store.Drop(ctx, b.row(o, r))
}

// Sweep forgets answers whose time is over, for a job.
func (b *Book) Sweep(ctx context.Context) error {
	return b.store.Sweep(ctx, b.clock.Now().Add(-Keep))
}

// table and column are where an answer lies, which its ciphertext is bound to.
const table, column = "replays", "sealed"

// ErrGone is what a Store says to Answer if the key is no longer taken.
var ErrGone = errors.New("replay: the key is no longer taken")

func place(r Row) string { return r.Token.UUID() + " " + r.Key }

func message(r Request) string { return r.Method + "\n" + r.Path + "\n" + string(r.Body) }
