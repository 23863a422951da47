package blueprint

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// ErrMoved says that the organization is no longer what somebody was shown, so that other changes would be made than they agreed to.
var ErrMoved = fault.New(fault.Conflict, "changed", "Somebody changed the organization since you looked, so other changes would be made than you were shown. Look at them again.")

// Held is the turn at applying, from TakeTurn until End.
type Held struct {
	api  API
	path string
	said Progress
}

// TakeTurn takes the organization's turn; it is refused while somebody else applies something.
func TakeTurn(ctx context.Context, api API, title string) (*Held, error) {
	var made struct {
		ID string `json:"id"`
	}
	if err := api(ctx, http.MethodPost, "/applies", nil, map[string]string{"title": title}, &made); err != nil {
		return nil, err
	}
	return &Held{api: api, path: "/applies/" + url.PathEscape(made.ID)}, nil
}

// Step says what is done next, and keeps the turn. An error means that nothing more may be changed.
func (h *Held) Step(ctx context.Context, done, total int, next string) error {
	h.said = Progress{Done: done, Total: total, Current: next}
	return h.api(ctx, http.MethodPatch, h.path, nil, map[string]any{"done": done, "total": total, "current": next}, nil)
}

// End gives the turn back and says how it went: err is what stopped it, nil if nothing did. It is said even if ctx is over, because a
// browser that went away is when it matters. What End itself runs into is err's companion.
func (h *Held) End(ctx context.Context, err error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	in := map[string]any{"done": h.said.Done, "total": h.said.Total, "current": h.said.Current}
	if err != nil {
		in["why"] = err.Error()
	} else {
		in["done"], in["current"] = h.said.Total, ""
	}
	return errors.Join(err, h.api(ctx, http.MethodPost, h.path+"/end", nil, in, nil))
}

// Print tells plans apart: two with the same print make the same changes.
func Print(changes []Change) string {
	text, _ := json.Marshal(changes) // words only, which always have a JSON form
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:12])
}

// Job is one applying.
type Job struct {
	Title  string // for people who wait
	Wanted *Document
	Prune  bool
	// Seen is the Print of the changes that were agreed to; "" agrees to whatever is needed.
	Seen string
	Done func(Change) // after each; may be nil
}

// Run takes the turn, plans what there is to do now, and does it. It gives the changes that were planned.
func Run(ctx context.Context, api API, job Job) (changes []Change, err error) {
	turn, err := TakeTurn(ctx, api, job.Title)
	if err != nil {
		return nil, err
	}
	defer func() { err = turn.End(ctx, err) }()
	now, err := Read(ctx, api)
	if err != nil {
		return nil, err
	}
	if changes, err = Plan(now, job.Wanted, job.Prune); err != nil {
		return nil, err
	}
	if len(changes) > 0 && job.Seen != "" && job.Seen != Print(changes) { // where nothing is left to do, nobody needs to look again
		return changes, ErrMoved
	}
	n := 0
	return changes, Apply(ctx, api, now, job.Wanted, changes, func(c Change) error {
		return turn.Step(ctx, n, len(changes), string(c.Verb)+" "+c.What)
	}, func(c Change) {
		if n++; job.Done != nil {
			job.Done(c)
		}
	})
}
