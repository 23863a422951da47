package batch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// maxMessages is how large the body of a message batch may be: 256 MiB, as at Anthropic.
const maxMessages = 256 << 20

var messageID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// CreateMessages makes a message batch of a body in Anthropic's words: {"requests": [{"custom_id": "…", "params": {…}}]}. The requests are
// kept as they come, one at a time.
func (d *Desk) CreateMessages(ctx context.Context, c Caller, body io.Reader) (Batch, error) {
	m := &mouthful{in: io.LimitReader(body, maxMessages+1)}
	o := &requests{dec: json.NewDecoder(m), in: m, seen: map[string]int{}}
	f, err := d.compose(ctx, c, forMessages, "requests.jsonl", o.copy)
	if err == nil {
		if err = o.check(d.now()); err != nil {
			d.drop(ctx, f)
		}
	}
	if err != nil {
		return Batch{}, o.refused(err)
	}
	if err := d.Store.FinishFile(ctx, f.Org, f.ID, f.Size, f.ExpiresAt); err != nil {
		return Batch{}, away(err)
	}
	b := d.draft(c, Anthropic, f)
	b.Body.Endpoint, b.Body.Window, b.Body.Beta = messages, "24h", features(c.Beta)
	o.terms.fill(&b)
	err = d.reckon(ctx, &b)
	if err == nil {
		err = d.insert(ctx, b)
	}
	if err != nil {
		d.drop(ctx, f)
		return Batch{}, err
	}
	b.Total = len(o.seen)
	return b, nil
}

// features are those of an anthropic-beta header that requests use: older SDKs name the batches themselves there, too.
func features(header string) string {
	var kept []string
	for one := range strings.SplitSeq(header, ",") {
		if one = strings.TrimSpace(one); one != "" && !strings.HasPrefix(one, "message-batches-") {
			kept = append(kept, one)
		}
	}
	return strings.Join(kept, ",")
}

// mouthful bounds what one request may have in memory: whoever reads swallows now and then.
type mouthful struct {
	in   io.Reader
	size int
	all  int64
}

var errMouthful = errors.New("batch: a request is too long")

// Read implements io.Reader.
func (m *mouthful) Read(p []byte) (int, error) {
	n, err := m.in.Read(p)
	m.all += int64(n)
	if m.size += n; m.size > 2*MaxLine {
		return n, errMouthful
	}
	return n, err
}

// requests reads the body of a message batch.
type requests struct {
	dec   *json.Decoder
	in    *mouthful
	seen  map[string]int
	terms Terms
}

// copy writes the requests as lines.
func (o *requests) copy(w io.Writer) error {
	if err := o.expect('{'); err != nil {
		return err
	}
	for o.dec.More() {
		name, err := o.dec.Token()
		if err != nil {
			return err
		}
		switch name {
		case "requests":
			err = o.each(w)
		case "bodhi":
			err = o.dec.Decode(&o.terms)
		default:
			var ignored json.RawMessage
			err = o.dec.Decode(&ignored)
		}
		if err != nil {
			return err
		}
	}
	return o.expect('}')
}

func (o *requests) expect(d json.Delim) error {
	t, err := o.dec.Token()
	if err == nil && t != d {
		err = fmt.Errorf("batch: %v instead of %v", t, d)
	}
	return err
}

func (o *requests) each(w io.Writer) error {
	if err := o.expect('['); err != nil {
		return err
	}
	for n := 0; o.dec.More(); n++ {
		var r struct {
			CustomID string          `json:"custom_id"`
			Params   json.RawMessage `json:"params"`
		}
		if err := o.dec.Decode(&r); err != nil {
			return err
		}
		o.in.size = 0
		if err := o.look(n, r.CustomID, r.Params); err != nil {
			return err
		}
		line, err := json.Marshal(asked{CustomID: r.CustomID, Body: r.Params})
		if err == nil {
			_, err = w.Write(append(line, '\n'))
		}
		if err != nil {
			return err
		}
	}
	return o.expect(']')
}

func (o *requests) look(n int, customID string, params json.RawMessage) error {
	at := fmt.Sprintf("requests.%d", n)
	var f flagged
	switch _, twice := o.seen[customID]; {
	case n >= MaxItems:
		return fault.Field("requests", fmt.Sprintf("A batch has at most %d requests.", MaxItems))
	case !messageID.MatchString(customID):
		return fault.Field(at+".custom_id", at+".custom_id: it has 1 to 64 letters, digits, hyphens and underscores.")
	case twice:
		return fault.Field(at+".custom_id", at+".custom_id: each request has its own.")
	case len(params) == 0 || params[0] != '{' || json.Unmarshal(params, &f) != nil:
		return fault.Field(at+".params", at+".params: a request for /v1/messages as a JSON object.")
	case len(params) > MaxLine-1024:
		return fault.Field(at+".params", fmt.Sprintf("%s.params: a request has at most %d MiB.", at, MaxLine>>20))
	case f.Stream:
		return fault.Field(at+".params.stream", at+".params.stream: nobody reads a batch's answers while they are made. Leave it out.")
	}
	o.seen[customID] = n
	return nil
}

func (o *requests) check(now time.Time) error {
	if len(o.seen) == 0 {
		return fault.Field("requests", "requests: a batch has at least one request.")
	}
	return o.terms.check(now)
}

func (o *requests) refused(err error) error {
	var known *fault.Error
	switch {
	case errors.As(err, &known):
		return err
	case o.in.all > maxMessages:
		return fault.Newf(fault.TooLarge, "body_too_large", "A message batch has at most %d MiB.", maxMessages>>20)
	case errors.Is(err, errMouthful):
		return fault.Newf(fault.TooLarge, "body_too_large", "One request of a batch has at most %d MiB.", MaxLine>>20)
	}
	return fault.New(fault.Invalid, "invalid_request", `The body is a JSON object: {"requests": [{"custom_id": "…", "params": {…}}]}.`).Because(err)
}

// Results writes out the results of a message batch that is over.
func (d *Desk) Results(ctx context.Context, b Batch, w io.Writer) error {
	return d.results(ctx, b.Org, b.ID, All, w)
}

// Delete deletes a batch that is over, with its results and, of a message batch, its requests.
func (d *Desk) Delete(ctx context.Context, c Caller, family Family, name string) error {
	b, _, err := d.Batch(ctx, c, family, name)
	if err != nil {
		return err
	}
	if !b.State.Over() {
		return fault.New(fault.Conflict, "batch_under_way", "This batch is not over. Cancel it first, or wait for its end.")
	}
	return d.forget(ctx, b)
}

func (d *Desk) forget(ctx context.Context, b Batch) error {
	err := d.Tx.Do(ctx, func(ctx context.Context) error {
		if b.Family == Anthropic {
			if err := d.Store.DeleteFile(ctx, b.Org, b.Input); err != nil {
				return err
			}
		}
		return d.Store.DeleteBatch(ctx, b.Org, b.ID)
	})
	if err != nil {
		return away(err)
	}
	return nil
}
