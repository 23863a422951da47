package batch

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Preview is what a draft would ask, and cost at most.
type Preview struct {
	Lines    int
	Endpoint string
	First    []Shown
	Most     money.USD // of all lines: with every answer as long as it may be
}

// Shown is a line of a preview.
type Shown struct {
	CustomID string
	Body     string // as JSON
	Most     money.USD
}

// firstShown lines are shown. The longest of those that are about as long as each other is priced, and they all count as it.
const firstShown = 5

// ready is a draft that was looked through.
type ready struct {
	survey
	grant *key.Grant
	key   key.Key
}

func (s *Service) prepare(ctx context.Context, actor org.Actor, d *Draft) (ready, error) {
	return s.prepared(ctx, actor, d, s.Purses.Spendable)
}

// prepared is prepare with another rule of which key is taken.
func (s *Service) prepared(ctx context.Context, actor org.Actor, d *Draft, whose func(context.Context, org.Actor, id.Key) (key.Key, error)) (out ready, err error) {
	var errs [5]error
	out.key, errs[0] = whose(ctx, actor, d.Key)
	if errs[0] == nil {
		if out.grant, err = s.Grants.Grant(actor.Org, d.Key); err != nil {
			errs[0] = fault.Field("key", fault.From(err).Public).Because(err)
		}
	}
	if !d.Upload.IsZero() {
		d.file, errs[1] = s.Uploaded(ctx, actor, d.Upload)
	}
	if errs[1] == nil {
		out.endpoint, errs[1] = d.read(s.text(ctx, d), out.take)
	}
	if d.Name = strings.TrimSpace(d.Name); utf8.RuneCountInString(d.Name) > 80 {
		errs[2] = fault.Field("name", "A name has at most 80 characters.")
	}
	if d.Cap < 0 {
		errs[3] = fault.Field("max_cost_usd", "The cost limit is an amount in US dollars, such as 5.00, or nothing.")
	}
	if _, ok := priorities[d.Priority]; !ok {
		errs[4] = fault.Field("priority", `The priority is "low", "normal" or "high".`)
	} else if d.StartAt.After(s.now().Add(latest)) {
		errs[4] = fault.Field("start_at", "A batch begins within 30 days.")
	}
	return out, errors.Join(errs[:]...)
}

// Preview says what a draft would ask and cost, by the prices and routes that the gateway itself says when it is asked not to ask anybody.
func (s *Service) Preview(ctx context.Context, actor org.Actor, d Draft) (Preview, error) {
	if err := actor.Require(MayRun); err != nil {
		return Preview{}, err
	}
	r, err := s.prepare(ctx, actor, &d)
	if err != nil {
		return Preview{}, err
	}
	return s.foresee(ctx, actor, &r)
}

func (s *Service) foresee(ctx context.Context, actor org.Actor, r *ready) (Preview, error) {
	out := Preview{Lines: r.lines, Endpoint: r.endpoint}
	for i := range r.first {
		most, err := s.price(ctx, actor, r, &r.first[i])
		if err != nil {
			return Preview{}, err
		}
		out.First = append(out.First, Shown{r.first[i].CustomID, string(r.first[i].Body), most})
	}
	for i := range r.sizes {
		like := &r.sizes[i]
		if like.lines == 0 {
			continue
		}
		most, err := s.price(ctx, actor, r, &like.longest)
		if err != nil {
			return Preview{}, err
		}
		out.Most += most * money.USD(like.lines)
	}
	return out, nil
}

// price is what a line costs at most.
func (s *Service) price(ctx context.Context, actor org.Actor, r *ready, a *asked) (money.USD, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://gateway.invalid"+r.endpoint, bytes.NewReader(a.Body))
	if err != nil {
		return 0, fmt.Errorf("batch: price a line: %w", err)
	}
	q.RemoteAddr = hostPort(actor.IP)
	q.Header = http.Header{"Content-Type": {"application/json"}, "User-Agent": {"bodhi-batch"}, "X-Bodhi-Purpose": {"batch"}, "X-Bodhi-Dry-Run": {"1"}}
	w := &memory{header: http.Header{}, keep: func([]byte) bool { return false }}
	s.Gateway.As(r.grant).ServeHTTP(w, q)
	got := w.reply()
	if got.status != http.StatusOK {
		return 0, fault.Field("text", fmt.Sprintf("%q cannot be asked: %s", clip(a.CustomID, 60), got.refusal))
	}
	var dry struct {
		Most *money.USD `json:"price_ceiling_usd"`
	}
	if err := json.Unmarshal(got.body, &dry); err != nil || dry.Most == nil {
		return 0, nil // free, or of no known price: then no limit could be kept, which hard budgets refuse by themselves
	}
	return *dry.Most, nil
}

// Add makes a batch of a draft, which nodes work on from its time on, as the key and at the cost of whoever adds it.
func (s *Service) Add(ctx context.Context, actor org.Actor, d Draft) (Entry, error) {
	if err := actor.Require(MayRun); err != nil {
		return Entry{}, err
	}
	r, err := s.prepare(ctx, actor, &d)
	if err != nil {
		return Entry{}, err
	}
	if _, err := s.price(ctx, actor, &r, &r.first[0]); err != nil {
		return Entry{}, err
	}
	c := Caller{Grant: r.grant, IP: actor.IP}
	f, err := s.compose(ctx, c, ForBatch, cmp.Or(d.Name, "batch")+".jsonl", d.written(s.text(ctx, &d), &r.endpoint))
	if err != nil {
		return Entry{}, onForm(err)
	}
	b := s.draft(c, OpenAI, f)
	b.Body.Name, b.Body.Endpoint, b.Body.Cap, b.Body.OffPeak, b.Priority = d.Name, r.endpoint, d.Cap, d.OffPeak, priorities[d.Priority]
	b.Body.Native = d.Native
	b.ExpiresAt = time.Time{} // people wait as long as it takes
	if d.StartAt.After(b.CreatedAt) {
		b.StartAt = d.StartAt.UTC().Truncate(time.Microsecond)
	}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.place(ctx, b, f); err != nil {
			return err
		}
		after := map[string]any{"endpoint": b.Body.Endpoint, "key": d.Key.String(), "lines": r.lines}
		if d.Cap > 0 {
			after["max_cost_usd"] = d.Cap.String()
		}
		if d.Native {
			after["provider_batch"] = true
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "batch.created", Target: b.ID.String(), TargetName: b.Label(), After: after})
	})
	if err != nil {
		s.drop(ctx, f)
		return Entry{}, err
	}
	if !d.Upload.IsZero() { // its lines are in the batch's own file
		s.drop(ctx, d.file)
	}
	s.tell(ctx)
	return Entry{Batch: b}, nil
}
