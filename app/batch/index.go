package batch

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// asked is a line of a file of requests. Lines of message batches have params alone.
type asked struct {
	CustomID string          `json:"custom_id"`
	Method   string          `json:"method,omitempty"`
	URL      string          `json:"url,omitempty"`
	Body     json.RawMessage `json:"body"`
}

// flagged is what is looked at of a request's body before it is asked.
type flagged struct {
	Model  *string `json:"model"`
	Stream bool    `json:"stream"`
}

// indexer reads a batch's lines and notes where they are.
type indexer struct {
	job    *job
	wrong  []Wrong
	seen   ids // and their lines
	ready  []Item
	number int
}

// index reads the file once. What is wrong with its lines is noted, and then nothing of the batch is asked.
func (j *job) index(ctx context.Context, f File) ([]Wrong, error) {
	b := &j.batch
	if err := j.Store.Clear(ctx, b.Org, b.ID, j.token); err != nil {
		return nil, err
	}
	x := &indexer{job: j, seen: ids{}}
	in := bufio.NewReaderSize(newReader(j.Store, j.vault, f).stream(ctx), partSize)
	at := int64(0)
	for line := 1; ; line++ {
		text, err := readLine(in)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, errLong) {
			return nil, err
		}
		if errors.Is(err, errLong) {
			return append(x.wrong, Wrong{line, "line_too_long", fmt.Sprintf("A line has at most %d MiB.", MaxLine>>20), ""}), nil
		}
		length := len(text)
		if body := bytes.TrimSpace(text); len(body) > 0 {
			x.take(line, at, length, body)
		}
		at += int64(length)
		if len(x.wrong) >= MaxErrors {
			return x.wrong, nil
		}
		if x.number > MaxItems {
			return append(x.wrong, Wrong{line, "too_many_requests", fmt.Sprintf("A batch has at most %d requests. Split the file.", MaxItems), ""}), nil
		}
		if len(x.ready) >= shelf {
			if err := x.flush(ctx); err != nil {
				return nil, err
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
	}
	if x.number == 0 && len(x.wrong) == 0 {
		x.wrong = append(x.wrong, Wrong{0, "empty_file", "The file has no requests. Each of its lines is one, as JSON.", ""})
	}
	return x.wrong, x.flush(ctx)
}

func (x *indexer) flush(ctx context.Context) error {
	if len(x.ready) == 0 || len(x.wrong) > 0 { // a file with faults is not asked
		x.ready = x.ready[:0]
		return ctx.Err()
	}
	err := x.job.Store.Index(ctx, x.job.batch.Org, x.job.batch.ID, x.job.token, x.ready)
	x.ready = x.ready[:0]
	return err
}

func (x *indexer) take(line int, at int64, length int, text []byte) {
	x.number++
	b := &x.job.batch
	a, wrong := readAsked(text, b)
	if wrong == nil {
		if first, twice := x.seen.add(a.CustomID, line); twice {
			wrong = &Wrong{0, "duplicate_custom_id", fmt.Sprintf("Line %d has this custom_id already. Results are found by it, so each line has its own.", first), "custom_id"}
		}
	}
	if wrong != nil {
		wrong.Line = line
		x.wrong = append(x.wrong, *wrong)
		return
	}
	x.ready = append(x.ready, Item{Org: b.Org, Batch: b.ID, Number: x.number, At: at, Length: length, Step: Waiting})
}

// readAsked reads a line, or says what is wrong with it.
func readAsked(text []byte, b *Batch) (a asked, wrong *Wrong) {
	if err := json.Unmarshal(text, &a); err != nil {
		return a, &Wrong{0, "invalid_json_line", `This line is not a JSON object of the form {"custom_id": "…", "method": "POST", "url": "` + b.Body.Endpoint + `", "body": {…}}.`, ""}
	}
	var f flagged
	switch n := utf8.RuneCountInString(a.CustomID); {
	case n == 0 || n > maxCustomID:
		return a, &Wrong{0, "invalid_custom_id", fmt.Sprintf("Each line has a custom_id of 1 to %d characters of its own.", maxCustomID), "custom_id"}
	case b.Family == OpenAI && a.Method != "POST":
		return a, &Wrong{0, "invalid_method", `The method of each line is "POST".`, "method"}
	case b.Family == OpenAI && a.URL != b.Body.Endpoint:
		return a, &Wrong{0, "mismatched_url", "The url of each line is the batch's endpoint, " + b.Body.Endpoint + ".", "url"}
	case len(a.Body) == 0 || a.Body[0] != '{':
		return a, &Wrong{0, "invalid_body", "The body of each line is a request as a JSON object.", "body"}
	case json.Unmarshal(a.Body, &f) != nil:
		return a, &Wrong{0, "invalid_body", `In the body, "model" is a text and "stream" is true or false.`, "body"}
	case f.Stream:
		return a, &Wrong{0, "stream_not_supported", "Nobody reads a batch's answers while they are made. Leave out \"stream\".", "body.stream"}
	}
	return a, nil
}

var errLong = errors.New("batch: a line is too long")

// readLine reads a line with its end; io.EOF comes with the last one.
func readLine(in *bufio.Reader) (line []byte, err error) {
	for {
		piece, err := in.ReadSlice('\n')
		line = append(line, piece...)
		if len(line) > MaxLine {
			return nil, errLong
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}
